// Every live link and compared pair of some customers.
// $keys; one row, because rows are dear: claims, lists in the order of the fields of Link, and the type at last.
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})-[r:SAME_AS|COMPARED]-(:Customer)
WITH DISTINCT r
RETURN collect([
  startNode(r).key, endNode(r).key, r.probability, r.match_weight, r.method, r.rule, r.evidence, r.cohesion,
  r.confidence, r.guard, type(r)
]) AS claims
