// Empties the database; constraints and indexes stay.
// No parameters; needs a transaction of its own.
MATCH (n)
CALL (n) {
  DETACH DELETE n
} IN TRANSACTIONS OF 10000 ROWS
