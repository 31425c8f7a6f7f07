"""Blocking, comparisons, training, scoring, clustering and evaluation."""
