// Which of some customers there are, and whether they are resolved.
// $keys; rows: key, unresolved.
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})
RETURN c.key AS key, c:Unresolved AS unresolved
