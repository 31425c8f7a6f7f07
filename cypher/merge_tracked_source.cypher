// Lets a source send tracking calls; one that is known keeps what it is, and its keys are added to.
// $source, $kind, $channel, $trust, $own_user_ids, $write_key; one row: write_keys.
MERGE (s:Source {name: $source})
  ON CREATE SET s.kind = $kind, s.channel = $channel, s.trust = $trust
SET s.own_user_ids = $own_user_ids, s.write_keys = coalesce(s.write_keys, []) + $write_key, s.disabled_at = null
RETURN s.write_keys AS write_keys
