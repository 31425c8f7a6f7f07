// Gives an API key that is not revoked another secret; of the others the newest may go on.
// $key_name, $hash, $kept (how many of the known ones stay), $expires_at (none: never); one row or none: name.
MATCH (k:ApiKey {name: $key_name})
WHERE k.revoked_at IS NULL
SET k.hashes = CASE WHEN $kept = 0 THEN [] ELSE k.hashes[-$kept..] END + $hash,
  k.expires_at = CASE WHEN $expires_at IS NOT NULL THEN datetime({epochMillis: $expires_at}) END
RETURN k.name AS name
