// Links between two groups of several records that few scored pairs support, the least sure first
// $confidence, $least_records (of each group), $most_support (linked pairs as a share of all across), $limit; rows: the link (its weight where it was scored), the groups.
// :param confidence => 0.5
// :param least_records => 2
// :param most_support => 0.34
// :param limit => 50
MATCH (a:Customer)-[bridge:SAME_AS]->(b:Customer)
WHERE bridge.confidence >= $confidence
  // Most ends hang on nothing else: groups of several need not be followed from there.
  AND ($least_records < 2
    OR EXISTS { (a)-[r:SAME_AS]-(o:Customer) WHERE r.cohesion >= bridge.cohesion AND o <> b }
    AND EXISTS { (b)-[r:SAME_AS]-(o:Customer) WHERE r.cohesion >= bridge.cohesion AND o <> a })
// The groups as they were when the bridge joined them: what each end reaches over links that join as high, or
// higher. Not over those that are as sure: links of one confidence join at different heights, one after the other.
MATCH (a)-[r:SAME_AS WHERE r.cohesion >= bridge.cohesion AND r <> bridge]-{0,}(near)
WITH a, b, bridge, collect(DISTINCT near) AS ours
WHERE size(ours) >= $least_records
MATCH (b)-[r:SAME_AS WHERE r.cohesion >= bridge.cohesion AND r <> bridge]-{0,}(far)
WITH a, b, bridge, ours, collect(DISTINCT far) AS theirs
WHERE size(theirs) >= $least_records
WITH a, b, bridge, ours, theirs,
  COUNT { UNWIND ours AS o MATCH (o)-[:SAME_AS]-(t:Customer) WHERE t IN theirs } AS linked_pairs,
  COUNT { UNWIND ours AS o MATCH (o)-[:COMPARED]-(t:Customer) WHERE t IN theirs } AS pairs_against
WITH *, toFloat(linked_pairs) / (size(ours) * size(theirs)) AS support
WHERE support <= $most_support
RETURN a.key AS left, b.key AS right, bridge.confidence AS confidence,
  CASE WHEN bridge.evidence IS NOT NULL THEN bridge.match_weight END AS match_weight,
  bridge.method AS method, size(ours) AS records_left, size(theirs) AS records_right, linked_pairs, pairs_against,
  round(support, 3) AS support
ORDER BY confidence, support, left, right LIMIT $limit
