"""Sources, mappings, standardisation, rejections, and the sample company."""
