"""What adapters read alike, whatever their protocol: fields, ids, times, visits, and why a message cannot be used."""
