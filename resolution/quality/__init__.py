"""Evaluation: clusters against a known truth, as a whole and by kind of hard case."""
