"""Dead letters: rows and values that could not be used, kept on this machine until somebody mends or discards them."""
