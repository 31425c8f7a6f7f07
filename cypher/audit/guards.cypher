// Which guard acted how often, and on whom
// $examples (pairs or values shown for each), $limit; rows: guard, where it shows (a link, a compared pair, an identifier), acted, examples.
// :param examples => 3
// :param limit => 50
CALL () {
  MATCH (a:Customer)-[r:SAME_AS|COMPARED]->(b:Customer)
  WHERE r.guard IS NOT NULL
  WITH r.guard AS guard, type(r) AS shows_on, a.key + ' ~ ' + b.key AS example
  ORDER BY example
  RETURN guard, shows_on, count(*) AS acted, collect(example)[..$examples] AS examples
  UNION ALL
  MATCH (h:Hub)
  WHERE NOT h:HashedEmail OR EXISTS { (h)<-[:HAS_IDENTIFIER]-() }
  WITH coalesce(h.guard, 'shared by too many') + ': ' + h.kind AS guard, h.key AS example
  ORDER BY example
  RETURN guard, 'Hub' AS shows_on, count(*) AS acted, collect(example)[..$examples] AS examples
  UNION ALL
  MATCH (a:Customer)-[r:NOT_SAME_AS]->(b:Customer)
  WITH coalesce(r.rule, r.method) AS guard, a.key + ' ~ ' + b.key AS example
  ORDER BY example
  RETURN guard, 'NOT_SAME_AS' AS shows_on, count(*) AS acted, collect(example)[..$examples] AS examples
}
RETURN guard, shows_on, acted, examples
ORDER BY acted DESC, guard, shows_on LIMIT $limit
