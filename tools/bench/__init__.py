"""`make bench`: the suite beside bare scripts that make the same orders, in one run on the same machine and ERP."""
