"""The protocol of Segment, RudderStack and Jitsu: their paths, their envelopes, their messages."""
