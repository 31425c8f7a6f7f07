// Customers that an identifier points at.
// $key, $limit, $known (keys of customers that are left out); rows: key, shared_by_many.
MATCH (i:Identifier {key: $key})<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(c:Customer)
WHERE c.retired_at IS NULL AND NOT c.key IN $known
RETURN DISTINCT c.key AS key, i:Hub AS shared_by_many
ORDER BY key LIMIT $limit
