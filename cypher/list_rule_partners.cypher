// Customers that share an identifier which one person has.
// $keys, $kinds; rows: key, partner (keys), identifier (kind:match_key).
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})-[:HAS_IDENTIFIER]->(i:Identifier)<-[:HAS_IDENTIFIER]-(other:Customer)
WHERE i.kind IN $kinds AND NOT i:Hub AND other <> c AND other.content_hash IS NOT NULL
  AND c.retired_at IS NULL AND other.retired_at IS NULL
RETURN DISTINCT c.key AS key, other.key AS partner, i.key AS identifier
