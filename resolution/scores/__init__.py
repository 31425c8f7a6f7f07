"""Scoring: the weight of a pair with its evidence, for whole tables and one by one; rules."""
