// Deletes customers with what only they have: their interactions, consent facts, and identifiers that nobody else holds,
// with the consent facts of these.
// $keys.
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})
CALL (c) {
  // Those in a session hang on it, and name their owner.
  MATCH (i:Interaction {owner: c.key})
  DETACH DELETE i
}
CALL (c) {
  MATCH (c)<-[:STATED_FOR]-(f:ConsentFact)
  DETACH DELETE f
}
CALL (c) {
  MATCH (c)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]->(i:Identifier)
  WHERE NOT EXISTS { (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(other) WHERE NOT other.key IN $keys }
  OPTIONAL MATCH (i)<-[:STATED_FOR]-(f:ConsentFact)
  DETACH DELETE f, i
}
DETACH DELETE c
