// Takes the calls without a write key that carry a name as a source's, or refuses them again.
// $source, $open_name, $is_open; at most one row: name.
MATCH (s:Source {name: $source})
WHERE s.write_keys IS NOT NULL
SET s.open_names = [known IN coalesce(s.open_names, []) WHERE known <> $open_name]
  + CASE WHEN $is_open THEN [$open_name] ELSE [] END
RETURN s.name AS name
