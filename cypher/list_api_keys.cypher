// Every API key, the revoked ones too.
// No parameters; rows: the properties of ApiKey, times in epoch milliseconds.
MATCH (k:ApiKey)
RETURN k.name AS name, k.hashes AS hashes, k.scopes AS scopes, k.created_at.epochMillis AS created_at,
  k.expires_at.epochMillis AS expires_at, k.last_used_at.epochMillis AS last_used_at,
  k.revoked_at.epochMillis AS revoked_at
ORDER BY name
