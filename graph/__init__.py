"""The stored vocabulary, the connection, the embedded server, writers, and read models beside their queries."""
