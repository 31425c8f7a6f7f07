// A page of the live links, by key.
// $after (key), $method, $rule, $model_version, $run_id, $least, $most (probabilities; none of a kind: all), $limit;
// rows: left, right, what a link carries, valid_from in epoch milliseconds.
MATCH (a:Customer)-[r:SAME_AS]->(b:Customer)
// A filter beside a scan compares otherwise than the index sorts, and reads from the beginning.
USING INDEX SEEK r:SAME_AS(key)
WHERE r.key > $after
  AND ($method IS NULL OR r.method = $method) AND ($rule IS NULL OR r.rule = $rule)
  AND ($model_version IS NULL OR r.model_version = $model_version) AND ($run_id IS NULL OR r.run_id = $run_id)
  AND ($least IS NULL OR r.probability >= $least) AND ($most IS NULL OR r.probability <= $most)
RETURN a.key AS left, b.key AS right, r.probability AS probability, r.match_weight AS match_weight,
  r.method AS method, r.rule AS rule, r.evidence AS evidence, r.cohesion AS cohesion, r.confidence AS confidence,
  r.run_id AS run_id, r.model_version AS model_version, r.valid_from.epochMillis AS valid_from
ORDER BY r.key LIMIT $limit
