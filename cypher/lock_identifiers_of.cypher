// The identifiers of some customers, locked: until the transaction ends nobody else tells who holds them.
// $keys; rows: key.
UNWIND $keys AS wanted
MATCH (:Customer {key: wanted})-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]->(i:Identifier)
WITH DISTINCT i
ORDER BY i.key
SET i.kind = i.kind
RETURN i.key AS key
