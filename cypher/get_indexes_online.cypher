// Waits until every index can be used.
// No parameters.
CALL db.awaitIndexes(600)
