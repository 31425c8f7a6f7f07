"""Readers: one file a format. A reader streams rows as they are, with the place of each, and never guesses types."""
