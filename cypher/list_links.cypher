// Every live link.
// No parameters; rows: left, right (keys) and what may change of a link.
MATCH (a:Customer)-[r:SAME_AS]->(b:Customer)
RETURN a.key AS left, b.key AS right, r.probability AS probability, r.match_weight AS match_weight,
  r.method AS method, r.rule AS rule, r.evidence AS evidence, r.cohesion AS cohesion, r.confidence AS confidence,
  r.guard AS guard
