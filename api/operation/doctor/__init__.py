"""The doctor: looks at a deployment and says what to mend. It changes nothing, and starts nothing."""
