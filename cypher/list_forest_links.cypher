// The links that hold clusters together at a confidence.
// $confidence; rows: left, right (keys).
MATCH (a:Customer)-[r:SAME_AS]->(b:Customer)
WHERE r.confidence >= $confidence
RETURN a.key AS left, b.key AS right
