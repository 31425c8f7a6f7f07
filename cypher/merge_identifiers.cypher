// Writes identifiers; of several spellings with one match key the smallest is kept to contact.
// $rows: key, kind, label, value.
UNWIND $rows AS row
MERGE (i:Identifier {key: row.key})
  ON CREATE SET i:$(row.label), i.kind = row.kind, i.value = row.value
  ON MATCH SET i.value = CASE WHEN row.value < i.value THEN row.value ELSE i.value END
