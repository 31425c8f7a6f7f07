// The weakest links that hold people together: look at these first
// No parameters.
MATCH (a:Customer)-[link:SAME_AS]->(b:Customer)
WHERE link.confidence IS NOT NULL
RETURN a.key AS one, b.key AS other, link.confidence AS confidence, link.probability AS probability, link.evidence AS evidence
ORDER BY confidence LIMIT 50
