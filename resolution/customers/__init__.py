"""Customers in the form in which they are compared: folded, checked, spread out."""
