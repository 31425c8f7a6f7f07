// Refuses a source's tracking calls from now on, or takes them again; its data stays.
// $source, $disabled_at (epoch milliseconds; none: its calls are taken); at most one row: name.
MATCH (s:Source {name: $source})
WHERE s.write_keys IS NOT NULL
SET s.disabled_at = CASE WHEN $disabled_at IS NOT NULL THEN datetime({epochMillis: $disabled_at}) END
RETURN s.name AS name
