"""How the sources are: what they delivered, when, how much of it was rejected, and who has gone silent."""
