"""Examples in Python: each is a file that runs alone."""
