// Answers when the database does.
// No parameters; one row: alive.
RETURN true AS alive
