// The feed of identity events after a point, oldest first.
// $after (epoch milliseconds), $after_key, $limit; rows: the properties of IdentityEvent.
MATCH (e:IdentityEvent)
WHERE e.at >= datetime({epochMillis: $after})
  AND (e.at > datetime({epochMillis: $after}) OR e.key > $after_key)
RETURN e.key AS key, e.kind AS kind, e.at.epochMillis AS at, e.cause AS cause, e.run_id AS run_id,
  e.profiles_before AS profiles_before, e.profiles_after AS profiles_after
ORDER BY at, key LIMIT $limit
