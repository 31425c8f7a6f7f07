// The identifiers of some customers.
// $keys; rows: key, kind.
UNWIND $keys AS wanted
MATCH (:Customer {key: wanted})-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]->(i:Identifier)
RETURN DISTINCT i.key AS key, i.kind AS kind
