// Writes how far inputs were read; of two positions the greater stays, so that no repeated or parallel load turns it back.
// $run_id; $rows: the properties of SourceCursor, at in epoch milliseconds.
UNWIND $rows AS row
MERGE (c:SourceCursor {key: row.key})
  ON CREATE SET c.source = row.source, c.input = row.input, c.part = row.part
  // Takes the write lock before the stored position is read, so that two writers cannot both find it smaller.
  ON MATCH SET c.source = row.source
WITH c, row
// Positions of two kinds, such as after the column was changed from a number to a text, cannot be compared.
// Files of one time have one position, and are told apart by their values.
WHERE coalesce(row.position > c.position, true)
  OR (row.position = c.position AND coalesce(row.value, '') <> coalesce(c.value, ''))
SET c.position = row.position, c.value = row.value, c.at = datetime({epochMillis: row.at}), c.run_id = $run_id
