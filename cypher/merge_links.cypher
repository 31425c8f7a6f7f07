// Writes live links; where the confidence of a known link changes, what was known until now becomes history.
// $run_id, $model_version, $at (epoch milliseconds); $rows: key, left, right and what a link carries.
UNWIND $rows AS row
MATCH (a:Customer {key: row.left})
MATCH (b:Customer {key: row.right})
MERGE (a)-[r:SAME_AS {key: row.key}]->(b)
WITH a, b, r, row, r.valid_from IS NULL AS new,
  coalesce(r.confidence, -1.0) <> coalesce(row.confidence, -1.0) AS moved
FOREACH (_ IN CASE WHEN moved AND NOT new THEN [1] ELSE [] END |
  CREATE (a)-[:WAS_SAME_AS {
    probability: r.probability, match_weight: r.match_weight, method: r.method, rule: r.rule, evidence: r.evidence,
    model_version: r.model_version, cohesion: r.cohesion, confidence: r.confidence, valid_from: r.valid_from,
    valid_to: datetime({epochMillis: $at}), reason: 'its confidence changed', run_id: $run_id
  }]->(b))
SET r.valid_from = CASE WHEN new OR moved THEN datetime({epochMillis: $at}) ELSE r.valid_from END,
    r.probability = row.probability, r.match_weight = row.match_weight, r.method = row.method, r.rule = row.rule,
    r.evidence = row.evidence, r.cohesion = row.cohesion, r.confidence = row.confidence, r.guard = row.guard,
    r.run_id = $run_id, r.model_version = $model_version
