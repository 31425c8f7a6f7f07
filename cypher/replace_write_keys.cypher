// Gives a source another write key; of the others the newest may go on.
// $source, $write_key, $kept (how many of the known keys stay); at most one row: name.
MATCH (s:Source {name: $source})
WHERE s.write_keys IS NOT NULL
SET s.write_keys = CASE WHEN $kept = 0 THEN [] ELSE s.write_keys[-$kept..] END + $write_key
RETURN s.name AS name
