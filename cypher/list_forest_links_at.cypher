// The links that held clusters together at a time and a confidence, as it was known then.
// $confidence, $at (epoch milliseconds); rows: left, right (keys).
WITH datetime({epochMillis: $at}) AS moment
MATCH (a:Customer)-[r:SAME_AS|WAS_SAME_AS]->(b:Customer)
WHERE r.confidence >= $confidence AND r.valid_from <= moment AND (r.valid_to IS NULL OR r.valid_to > moment)
RETURN a.key AS left, b.key AS right
