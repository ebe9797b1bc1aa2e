"""What demo and bench play on: a CRM served with cron threads, its connectors, and the ERPs, all spoken to over HTTP."""
