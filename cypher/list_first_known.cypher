// When the sources first knew some customers.
// $keys; rows: key, created_at (epoch milliseconds, none where the source does not say).
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})
RETURN c.key AS key, c.created_at.epochMillis AS created_at
