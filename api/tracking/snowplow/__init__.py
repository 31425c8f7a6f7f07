"""The protocol of Snowplow's trackers: ``tp2`` payloads and events in an address."""
