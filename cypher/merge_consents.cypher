// Writes consent facts: new ones, and versions that take effect later than the stored one (ties: recorded later, the stricter
// state, the larger content hash); a version that is replaced leaves nothing, not even whom it was given for.
// $run_id; $rows: the properties of ConsentFact, times in epoch milliseconds, strictness (of the state); one row: created, updated.
UNWIND $rows AS row
MERGE (f:ConsentFact {key: row.key})
  ON CREATE SET f.source = row.source
  // Takes the write lock before the stored version is read, so that two writers cannot both find it older.
  ON MATCH SET f.source = row.source
WITH f, row, f.state IS NULL AS created, f.effective_at.epochMillis AS effective_at,
  f.recorded_at.epochMillis AS recorded_at, coalesce(f.content_hash, '') AS known,
  CASE f.state WHEN 'withdrawn' THEN 2 WHEN 'denied' THEN 1 ELSE 0 END AS strictness
WITH f, row, created, created OR CASE
  WHEN row.effective_at <> effective_at THEN row.effective_at > effective_at
  WHEN row.recorded_at <> recorded_at THEN row.recorded_at > recorded_at
  WHEN row.strictness <> strictness THEN row.strictness > strictness
  ELSE row.content_hash > known
END AS later
CALL (f, later) {
  MATCH (f)-[old:STATED_FOR]->()
  WHERE later
  DELETE old
}
FOREACH (_ IN CASE WHEN later THEN [1] ELSE [] END |
  SET f.purpose = row.purpose, f.channel = row.channel, f.state = row.state, f.basis = row.basis,
      f.evidence = row.evidence, f.effective_at = datetime({epochMillis: row.effective_at}),
      f.recorded_at = datetime({epochMillis: row.recorded_at}), f.content_hash = row.content_hash, f.run_id = $run_id)
RETURN sum(CASE WHEN created THEN 1 ELSE 0 END) AS created,
       sum(CASE WHEN later AND NOT created THEN 1 ELSE 0 END) AS updated
