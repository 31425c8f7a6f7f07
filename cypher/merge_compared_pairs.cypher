// Writes scored pairs that are more likely two people.
// $run_id, $model_version; $rows: key, left, right, probability, match_weight, evidence, guard.
UNWIND $rows AS row
MATCH (a:Customer {key: row.left})
MATCH (b:Customer {key: row.right})
MERGE (a)-[r:COMPARED {key: row.key}]->(b)
SET r.probability = row.probability, r.match_weight = row.match_weight, r.evidence = row.evidence, r.guard = row.guard, r.run_id = $run_id,
    r.model_version = $model_version
