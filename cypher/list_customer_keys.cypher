// Keys of all customers whose record has arrived.
// No parameters; rows: key.
MATCH (c:Customer)
WHERE c.content_hash IS NOT NULL
RETURN c.key AS key
