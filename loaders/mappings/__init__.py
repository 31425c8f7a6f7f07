"""Mappings: a YAML file a source says where its rows are and what becomes of them; ``mapping.schema.json`` says how.

The shipped ones are ``sample/`` (a file a source of the sample company) and ``public/`` (a file a public data set).
"""
