// Refuses an API key from now on; what it was stays, so that its name keeps its meaning.
// $key_name, $at (epoch milliseconds); at most one row: name.
MATCH (k:ApiKey {name: $key_name})
SET k.revoked_at = coalesce(k.revoked_at, datetime({epochMillis: $at})), k.hashes = []
RETURN k.name AS name
