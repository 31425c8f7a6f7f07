// Who decided what about whom, and what was withdrawn, newest first
// $actor (empty: everybody), $limit; rows: the decision, its sides (several are several people), and who withdrew it.
// :param actor => ''
// :param limit => 50
MATCH (d:Decision)
WHERE $actor = '' OR d.actor = $actor OR d.withdrawn_by = $actor
WITH d ORDER BY d.at DESC, d.key LIMIT $limit
WITH d, COLLECT {
    MATCH (d)-[r:DECIDED]->(c:Customer)
    WITH r.side AS side, c.key AS key ORDER BY side, key
    WITH side, collect(key) AS keys
    RETURN keys ORDER BY side
  } AS sides
// By the times themselves: as texts, those without a fraction of a second come after those with one.
RETURN toString(d.at) AS at, d.actor AS actor, d.action AS action, sides, d.reason AS reason,
  d.withdrawn_at IS NULL AS in_force, toString(d.withdrawn_at) AS withdrawn_at, d.withdrawn_by AS withdrawn_by,
  d.withdrawn_reason AS withdrawn_reason, d.key AS decision
ORDER BY d.at DESC, d.key
