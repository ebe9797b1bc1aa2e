"""Faults between the CRM and the real ERPs, and what becomes of the deals meanwhile."""
