"""How fast the sync engine itself is: measured on work that does nothing."""
