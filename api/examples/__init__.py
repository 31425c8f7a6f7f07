"""Examples: operations for the usual screens, as a front end sends them, and clients in two languages."""
