// The links that held the loosest cluster of a customer together at a time, as it was known then.
// $key, $at (epoch milliseconds); rows: left, right, cohesion, confidence.
WITH datetime({epochMillis: $at}) AS moment
MATCH (start:Customer {key: $key})
MATCH (start)-[r:SAME_AS|WAS_SAME_AS
  WHERE r.confidence IS NOT NULL AND r.valid_from <= moment AND (r.valid_to IS NULL OR r.valid_to > moment)
]-{0,}(member)
WITH DISTINCT moment, member
MATCH (member)-[l:SAME_AS|WAS_SAME_AS]->(other:Customer)
WHERE l.confidence IS NOT NULL AND l.valid_from <= moment AND (l.valid_to IS NULL OR l.valid_to > moment)
RETURN member.key AS left, other.key AS right, l.cohesion AS cohesion, l.confidence AS confidence
