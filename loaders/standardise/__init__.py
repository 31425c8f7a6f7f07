"""Standardisation: one file a kind of value. Each function takes a text and gives it in one form, or says why not.

``None`` means missing, ``Unusable`` that something was sent which cannot be used. Standardising a standardised value
changes nothing, and no text makes a function fail.
"""
