// The loosest clusters of some customers: their members and the links that hold them together.
// $keys; rows: key, members (keys), links (left, right, cohesion, confidence), counted (key, counted).
UNWIND $keys AS wanted
MATCH (start:Customer {key: wanted})
MATCH (start)-[r:SAME_AS WHERE r.confidence IS NOT NULL]-{0,}(member)
WITH wanted, collect(DISTINCT member) AS members
RETURN wanted AS key, [m IN members | m.key] AS members, COLLECT {
  UNWIND members AS m
  MATCH (m)-[l:SAME_AS]->(other:Customer)
  WHERE l.confidence IS NOT NULL
  RETURN {left: m.key, right: other.key, cohesion: l.cohesion, confidence: l.confidence}
} AS links,
  [m IN members WHERE size(m.counted) > 0 | {key: m.key, counted: m.counted}] AS counted
