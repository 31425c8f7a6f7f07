// Every live link and compared pair of some customers.
// $keys; rows: left, right, type and what links and compared pairs carry.
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})-[r:SAME_AS|COMPARED]-(other:Customer)
WITH DISTINCT r
RETURN startNode(r).key AS left, endNode(r).key AS right, type(r) AS type, r.probability AS probability,
  r.match_weight AS match_weight, r.method AS method, r.rule AS rule, r.evidence AS evidence, r.cohesion AS cohesion,
  r.confidence AS confidence, r.guard AS guard
