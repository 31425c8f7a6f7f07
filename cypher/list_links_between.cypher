// The live links of some pairs, with everything that they carry.
// $rows: left, right (keys, the smaller first); rows: left, right, what a link carries, valid_from in epoch milliseconds.
UNWIND $rows AS row
MATCH (:Customer {key: row.left})-[r:SAME_AS]->(:Customer {key: row.right})
RETURN row.left AS left, row.right AS right, r.probability AS probability, r.match_weight AS match_weight,
  r.method AS method, r.rule AS rule, r.evidence AS evidence, r.cohesion AS cohesion, r.confidence AS confidence,
  r.run_id AS run_id, r.model_version AS model_version, r.valid_from.epochMillis AS valid_from
