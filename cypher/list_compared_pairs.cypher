// Every scored pair that is more likely two people.
// No parameters; rows: left, right (keys), probability, match_weight, evidence, guard.
MATCH (a:Customer)-[r:COMPARED]->(b:Customer)
RETURN a.key AS left, b.key AS right, r.probability AS probability, r.match_weight AS match_weight,
  r.evidence AS evidence, r.guard AS guard
