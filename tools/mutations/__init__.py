"""Deliberate breaks of what the suite promises, and which tests notice."""
