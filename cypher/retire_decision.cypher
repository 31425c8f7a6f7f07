// Withdraws a decision that is in force.
// $key, $actor, $reason, $at (epoch milliseconds); one row where it was: key.
MATCH (d:Decision {key: $key})
WHERE d.withdrawn_at IS NULL
SET d.withdrawn_at = datetime({epochMillis: $at}), d.withdrawn_by = $actor, d.withdrawn_reason = $reason
RETURN d.key AS key
