// The links of some pairs that held at a time, with everything that they carry.
// $at (epoch milliseconds), $rows: left, right (keys, the smaller first); rows: as list_links_between, and valid_to.
WITH datetime({epochMillis: $at}) AS moment
UNWIND $rows AS row
MATCH (:Customer {key: row.left})-[r:SAME_AS|WAS_SAME_AS]->(:Customer {key: row.right})
WHERE r.valid_from <= moment AND (r.valid_to IS NULL OR r.valid_to > moment)
RETURN row.left AS left, row.right AS right, r.probability AS probability, r.match_weight AS match_weight,
  r.method AS method, r.rule AS rule, r.evidence AS evidence, r.cohesion AS cohesion, r.confidence AS confidence,
  r.run_id AS run_id, r.model_version AS model_version, r.valid_from.epochMillis AS valid_from,
  r.valid_to.epochMillis AS valid_to
