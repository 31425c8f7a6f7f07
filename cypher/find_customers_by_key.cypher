// A customer by its key.
// $key; at most one row: key.
MATCH (c:Customer {key: $key})
RETURN c.key AS key
