// Customers that were resolved for the first time after a moment.
// $at (epoch milliseconds); rows: key.
MATCH (c:Customer)
WHERE c.first_resolved_at > datetime({epochMillis: $at})
RETURN c.key AS key
