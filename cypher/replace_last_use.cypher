// Notes that an API key was used; of several processes the latest use stays.
// $key_name, $at (epoch milliseconds).
MATCH (k:ApiKey {name: $key_name})
WHERE coalesce(k.last_used_at.epochMillis < $at, true)
SET k.last_used_at = datetime({epochMillis: $at})
