// Customers that were written, or whose surroundings changed, since they were last resolved.
// No parameters; rows: key, touched, new (it never was).
MATCH (c:Unresolved)
WHERE c.content_hash IS NOT NULL
RETURN c.key AS key, coalesce(c.touched, 0) AS touched, c.prepared IS NULL AS new
