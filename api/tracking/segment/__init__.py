"""The protocol of Segment and RudderStack: their paths, their envelopes, their messages."""
