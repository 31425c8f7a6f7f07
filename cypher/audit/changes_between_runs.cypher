// What became of profiles after one run and up to another, oldest first
// $after_run, $until_run (ids of runs; empty: from the beginning, to the end), $limit; rows: identity events, oldest first.
// :param after_run => ''
// :param until_run => ''
// :param limit => 50
OPTIONAL MATCH (one:ScoringRun {run_id: $after_run})
OPTIONAL MATCH (other:ScoringRun {run_id: $until_run})
WITH coalesce(one.finished_at, datetime({epochMillis: 0})) AS after,
  coalesce(other.finished_at, datetime({year: 9999})) AS until
MATCH (e:IdentityEvent)
WHERE e.at > after AND e.at <= until AND e.run_id <> $after_run
RETURN toString(e.at) AS at, e.kind AS kind, e.cause AS cause, e.run_id AS run_id, e.profiles_before AS profiles_before,
  e.profiles_after AS profiles_after, COUNT { (e)-[:CONCERNS]->(:Customer) } AS records,
  COLLECT { MATCH (e)-[:CONCERNS]->(c:Customer) RETURN c.key ORDER BY c.key LIMIT 5 } AS customers
ORDER BY e.at, e.key LIMIT $limit
