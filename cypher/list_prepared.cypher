// What the last resolution compared of some customers.
// $keys; one row, because rows are dear: prepared, a list of [key, JSON text].
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})
WHERE c.prepared IS NOT NULL
RETURN collect([wanted, c.prepared]) AS prepared
