// Pairs that a steward may be asked about, by bits of doubt times what may depend on it; degrees stand for the groups' sizes.
// $loose, $strict (confidences), $least (match weight), $below and $after (worth and key of the last row before), $limit;
// rows: key, left, right, worth, and what a claim carries. A strong link that no third customer shares may be a bridge.
MATCH (a:Customer)-[r:SAME_AS|COMPARED]->(b:Customer)
WHERE coalesce(r.method, 'splink') = 'splink' AND coalesce(r.guard, '') <> 'decision' AND (
  CASE WHEN r.confidence IS NULL THEN r.match_weight >= $least OR r.guard IS NOT NULL
  ELSE r.confidence >= $loose AND r.confidence < $strict END)
WITH a, r, b, CASE
  WHEN r.confidence IS NOT NULL THEN r.confidence
  WHEN r.guard = 'rule_refused' THEN 0.5
  WHEN r.guard IS NOT NULL THEN r.probability / 2
  WHEN r.match_weight > -$least AND NOT EXISTS { (a)-[:SAME_AS]-(:Customer)-[:SAME_AS]-(b) } THEN 0.5
  ELSE r.probability END AS found
WITH a, r, b, CASE WHEN found < 1e-9 THEN 1e-9 WHEN found > 1 - 1e-9 THEN 1 - 1e-9 ELSE found END AS p
WITH a, r, b, -(p * log(p) + (1 - p) * log(1 - p)) / log(2)
  * log(1.0 + (1 + COUNT { (a)-[:SAME_AS]-() }) * (1 + COUNT { (b)-[:SAME_AS]-() })) / log(2) AS worth
WHERE worth < $below OR (worth = $below AND r.key > $after)
WITH a, r, b, worth
// `+ ''`: in the order in which `>` compares keys, see get_journey.
ORDER BY worth DESC, r.key + ''
LIMIT $limit
RETURN r.key AS key, a.key AS left, b.key AS right, worth, r.probability AS probability, r.match_weight AS match_weight,
  r.evidence AS evidence, r.cohesion AS cohesion, r.confidence AS confidence, r.guard AS guard
