// All customers whose record has arrived, and when their sources first knew them.
// No parameters; rows: key, created_at (epoch milliseconds, none where the source does not say).
MATCH (c:Customer)
WHERE c.content_hash IS NOT NULL
RETURN c.key AS key, c.created_at.epochMillis AS created_at
