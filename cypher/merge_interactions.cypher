// Writes interactions; one that is known stays as it is.
// $run_id; $rows: the properties of Interaction, at in epoch milliseconds; rows: keys that came with other content.
UNWIND $rows AS row
MERGE (i:Interaction {key: row.key})
  ON CREATE SET i.source = row.source, i.type = row.type, i.name = row.name, i.channel = row.channel,
    i.at = datetime({epochMillis: row.at}), i.owner = row.owner, i.session = row.session, i.amount = row.amount,
    i.currency = row.currency, i.properties = row.properties, i.content_hash = row.content_hash, i.run_id = $run_id,
    i.written_at = datetime()
WITH i, row WHERE i.content_hash <> row.content_hash
RETURN row.key AS key
