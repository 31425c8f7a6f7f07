// Writes live links; a known link keeps the day from which it holds.
// $run_id, $model_version, $at (epoch milliseconds); $rows: key, left, right, probability, match_weight, method, rule, evidence, cohesion, confidence.
UNWIND $rows AS row
MATCH (a:Customer {key: row.left})
MATCH (b:Customer {key: row.right})
MERGE (a)-[r:SAME_AS {key: row.key}]->(b)
  ON CREATE SET r.valid_from = datetime({epochMillis: $at})
SET r.probability = row.probability, r.match_weight = row.match_weight, r.method = row.method, r.rule = row.rule,
    r.evidence = row.evidence, r.cohesion = row.cohesion, r.confidence = row.confidence, r.run_id = $run_id,
    r.model_version = $model_version
