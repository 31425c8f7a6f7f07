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
  MATCH (c)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]->(i:Identifier)
  WHERE COUNT { (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]-() } = 1
  DETACH DELETE i
}
DETACH DELETE c
RETURN count(*) AS customers
