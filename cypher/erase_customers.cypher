// Deletes customers with what only they have: their interactions, consent facts, and identifiers that nobody else holds.
// $keys; one row: customers (how many were there).
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})
CALL (c) {
  MATCH (c)-[:DID]->(i:Interaction)
  DETACH DELETE i
}
CALL (c) {
  MATCH (c)<-[:STATED_FOR]-(f:ConsentFact)
  DETACH DELETE f
}
CALL (c) {
  MATCH (c)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]->(i:Identifier)
  WHERE NOT EXISTS { (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(other) WHERE other <> c }
  DETACH DELETE i
}
DETACH DELETE c
RETURN count(*) AS customers
