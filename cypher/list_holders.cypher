// Customers that hold some identifiers; hubs are left out.
// $keys (of identifiers); rows: key (of a customer).
UNWIND $keys AS wanted
MATCH (i:Identifier {key: wanted})<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(c:Customer)
WHERE NOT i:Hub AND c.content_hash IS NOT NULL
RETURN DISTINCT c.key AS key
