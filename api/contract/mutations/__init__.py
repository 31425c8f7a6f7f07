"""Mutations: decisions of stewards, erasure, and resolution at once."""
