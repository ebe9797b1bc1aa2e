"""The development harness: brings Odoo 19, PostgreSQL and two real ERPs, and runs tests, demo and bench on them.

Standard library only, because it runs before any virtual environment exists. `python3 tools/harness help` lists the
commands; the Makefile calls the same ones.
"""
