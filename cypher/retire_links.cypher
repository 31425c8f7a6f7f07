// Turns live links into history.
// $run_id, $at (epoch milliseconds), $reason; $rows: left, right (keys).
UNWIND $rows AS row
MATCH (a:Customer {key: row.left})-[r:SAME_AS]->(b:Customer {key: row.right})
CREATE (a)-[:WAS_SAME_AS {
  probability: r.probability, match_weight: r.match_weight, method: r.method, rule: r.rule, evidence: r.evidence,
  model_version: r.model_version, cohesion: r.cohesion, confidence: r.confidence, valid_from: r.valid_from,
  valid_to: datetime({epochMillis: $at}), reason: $reason, run_id: $run_id
}]->(b)
DELETE r
