// Every live link and compared pair whose smaller key lies in a range.
// $after, $upto (keys: not that one, and that one too); one row, because rows are dear: claims, as of list_claims_of.
MATCH (a:Customer)
// As in list_links_after.
USING INDEX SEEK a:Customer(key)
WHERE a.key > $after AND a.key <= $upto
MATCH (a)-[r:SAME_AS|COMPARED]->(b:Customer)
RETURN collect([
  a.key, b.key, r.probability, r.match_weight, r.method, r.rule, r.evidence, r.cohesion, r.confidence, r.guard, type(r)
]) AS claims
