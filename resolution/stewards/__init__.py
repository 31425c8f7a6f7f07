"""Stewards: decisions that outrank the model, the questions that are worth one, and their files."""
