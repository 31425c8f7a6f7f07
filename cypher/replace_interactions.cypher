// Of two messages with one id but different content the earlier one stays (ties: the smaller hash), in any order of arrival.
// $run_id; $rows: the properties of Interaction, at in epoch milliseconds.
UNWIND $rows AS row
MATCH (i:Interaction {key: row.key})
// Takes the write lock before the stored version is read, so that two writers cannot both find it later.
SET i.source = row.source
WITH i, row
WHERE row.at < i.at.epochMillis OR (row.at = i.at.epochMillis AND row.content_hash < i.content_hash)
OPTIONAL MATCH (i)-[old:IN_SESSION|DID]-()
DELETE old
WITH DISTINCT i, row
SET i.source = row.source, i.type = row.type, i.name = row.name, i.channel = row.channel,
    i.at = datetime({epochMillis: row.at}), i.owner = row.owner, i.session = row.session, i.amount = row.amount,
    i.currency = row.currency, i.properties = row.properties, i.content_hash = row.content_hash, i.run_id = $run_id,
    i.written_at = datetime()
