"""Conditions on two customers: what comparisons ask, for every engine."""
