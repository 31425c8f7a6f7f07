"""Audit: who asked for what, and whose data was shown, in a log that nobody edits unseen."""
