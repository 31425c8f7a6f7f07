// All customers whose record has arrived, and what names their profiles.
// No parameters; rows: key, created_at (epoch milliseconds, none where the source does not say), retired, rank (for naming its profile, as it is now).
MATCH (c:Customer)
WHERE c.content_hash IS NOT NULL
RETURN c.key AS key, c.created_at.epochMillis AS created_at, c.retired_at IS NOT NULL AS retired,
  c.name_rank AS rank
