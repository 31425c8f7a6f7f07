"""Operation: how the process is started, watched and stopped."""
