// How many customers there are, and how many of them are not resolved yet.
// No parameters; one row: customers, unresolved.
RETURN COUNT { (:Customer) } AS customers, COUNT { (:Unresolved) } AS unresolved
