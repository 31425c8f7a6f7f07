// Why records are one: the links that hold a person together
// :param customer => 'crm:K00009401'
// :param confidence => 0.5
MATCH (start:Customer {key: $customer})
MATCH (start)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(record)
WITH collect(DISTINCT record) AS records
UNWIND records AS record
MATCH (record)-[link:SAME_AS]->(other)
WHERE other IN records
RETURN record.key AS one, other.key AS other, link.method AS method, link.probability AS probability,
  link.confidence AS confidence, link.evidence AS evidence
ORDER BY confidence DESC
