"""Live: what changes in a profile, told to those who subscribed, over WebSocket or as a stream of events."""
