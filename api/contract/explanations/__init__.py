"""Explanations: why customers are one person, why they are not, how they came together, and who they were before."""
