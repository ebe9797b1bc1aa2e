"""`make demo` and `make serve`: won deals become orders in two ERPs, and what becomes of them there comes back."""
