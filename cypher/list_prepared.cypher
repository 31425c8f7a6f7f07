// What the last resolution compared of some customers.
// $keys; rows: key, prepared (JSON text).
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})
WHERE c.prepared IS NOT NULL
RETURN c.key AS key, c.prepared AS prepared
