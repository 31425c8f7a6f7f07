// Customers that an identifier points at.
// $key, $limit; rows: key, shared_by_many.
MATCH (i:Identifier {key: $key})<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(c:Customer)
WHERE c.retired_at IS NULL
RETURN DISTINCT c.key AS key, i:Hub AS shared_by_many
ORDER BY key LIMIT $limit
