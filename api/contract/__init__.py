"""Contract: what can be asked and what is answered, as clients see it."""
