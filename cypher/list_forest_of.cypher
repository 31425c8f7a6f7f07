// The loosest clusters of some customers, each once: their members and the links that hold them together.
// $keys; rows: members (key, rank: for naming its profile, counted, decided: whether a steward ever decided about it),
// links (left, right, cohesion, confidence).
UNWIND $keys AS wanted
MATCH (start:Customer {key: wanted})
MATCH (start)-[r:SAME_AS WHERE r.confidence IS NOT NULL]-{0,}(member)
WITH wanted, collect(DISTINCT member) AS members, min(member.key) AS first
WITH first, head(collect(members)) AS members
RETURN [m IN members | {
  key: m.key, rank: m.name_rank, counted: m.counted, decided: EXISTS { (m)<-[:DECIDED]-() }
}] AS members, COLLECT {
  UNWIND members AS m
  MATCH (m)-[l:SAME_AS]->(other:Customer)
  WHERE l.confidence IS NOT NULL
  RETURN {left: m.key, right: other.key, cohesion: l.cohesion, confidence: l.confidence}
} AS links
