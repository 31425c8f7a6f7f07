"""Models: trained without labels, calibrated, kept as versions, drawn as charts."""
