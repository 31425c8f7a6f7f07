// Writes an API key under its name, unless the name is taken.
// $key_name, $hash, $scopes, $created_at, $expires_at (none: never), $replace (it gives way); one row or none: name.
MERGE (k:ApiKey {name: $key_name})
  ON CREATE SET k.hashes = [$hash], k.created_at = datetime({epochMillis: $created_at})
WITH k
WHERE $replace OR k.hashes = [$hash]
SET k.hashes = [$hash], k.scopes = $scopes, k.revoked_at = null, k.last_used_at = null,
  k.created_at = datetime({epochMillis: $created_at}),
  k.expires_at = CASE WHEN $expires_at IS NOT NULL THEN datetime({epochMillis: $expires_at}) END
RETURN k.name AS name
