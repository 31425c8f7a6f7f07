// How far some customers have come.
// $keys; rows: key, arrived (its record did), unresolved, resolved (it ever was), first_resolved_at (epoch milliseconds).
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})
RETURN c.key AS key, c.content_hash IS NOT NULL AS arrived, c:Unresolved AS unresolved,
  c.prepared IS NOT NULL AS resolved, c.first_resolved_at.epochMillis AS first_resolved_at
