// Customers that any of some identifiers points at.
// $keys, $limit (of each identifier); rows: identifier, key (of the customer).
UNWIND $keys AS wanted
CALL (wanted) {
  MATCH (:Identifier {key: wanted})<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(c:Customer)
  WHERE c.retired_at IS NULL
  RETURN DISTINCT c.key AS key ORDER BY key LIMIT $limit
}
RETURN wanted AS identifier, key
