"""The protocol of PostHog's clients: what they capture, and what they ask for when they start."""
