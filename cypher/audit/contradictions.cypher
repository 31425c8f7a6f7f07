// Pairs inside one cluster with a guard, or with other birth dates, genders or national ids, the worst first
// $confidence, $limit; rows: the pair, what differs (names of facts, no values), the guard, its weight where it was scored.
// :param confidence => 0.5
// :param limit => 50
// A link leads from the smaller key to the larger, so the smallest key of a cluster is one that no link leads to.
MATCH (first:Customer)-[out:SAME_AS]->(:Customer)
WHERE out.confidence >= $confidence
WITH DISTINCT first
WHERE NOT EXISTS { (first)<-[in:SAME_AS]-(:Customer) WHERE in.confidence >= $confidence }
MATCH (first)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(member)
WITH first, collect(DISTINCT member) AS members
WHERE all(m IN members WHERE m.key >= first.key)
UNWIND members AS a
UNWIND members AS b
WITH first, a, b WHERE a.key < b.key
OPTIONAL MATCH (a)-[claim:SAME_AS|COMPARED]->(b)
WITH first, a, b, claim,
  COLLECT { MATCH (a)-[:HAS_IDENTIFIER]->(n:NationalId) RETURN n.key } AS ours,
  COLLECT { MATCH (b)-[:HAS_IDENTIFIER]->(n:NationalId) RETURN n.key } AS theirs
WITH *, CASE WHEN a.birth_date <> b.birth_date THEN ['birth_date'] ELSE [] END
  + CASE WHEN a.gender <> b.gender THEN ['gender'] ELSE [] END
  + CASE WHEN size(ours) > 0 AND size(theirs) > 0 AND none(n IN ours WHERE n IN theirs)
      THEN ['national_id'] ELSE [] END AS differs
WHERE size(differs) > 0 OR claim.guard IS NOT NULL
RETURN a.key AS left, b.key AS right, differs, claim.guard AS guard, type(claim) AS claim,
  CASE WHEN claim.evidence IS NOT NULL THEN claim.match_weight END AS match_weight, first.key AS cluster
ORDER BY size(differs) + CASE WHEN guard IS NULL THEN 0 ELSE 1 END DESC, coalesce(match_weight, -100.0), left, right
LIMIT $limit
