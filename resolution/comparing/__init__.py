"""Comparisons: the findings that each fact of a person can give, and the contexts in which they count."""
