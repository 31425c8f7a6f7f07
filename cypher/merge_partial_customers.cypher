// Makes room for customers of whom messages each say a part, locks them, and gives what is known.
// $rows: key, source, external_id; rows: key, latest_facts, content_hash, observed_at (epoch milliseconds), and complete (a
// record that came as a whole).
UNWIND $rows AS row
MERGE (c:Customer {key: row.key})
  ON CREATE SET c.source = row.source, c.external_id = row.external_id
  ON MATCH SET c.source = row.source
RETURN c.key AS key, c.latest_facts AS latest_facts, c.content_hash AS content_hash,
  c.observed_at.epochMillis AS observed_at,
  CASE WHEN c.content_hash IS NOT NULL AND c.latest_facts IS NULL THEN c {
    .given_name, .middle_name, .family_name, .birth_date, .gender, .street, .postcode, .city, .state, .country, .company,
    .attributes, .traits, .content_hash, created_at: c.created_at.epochMillis, updated_at: c.updated_at.epochMillis,
    observed_at: c.observed_at.epochMillis
  } END AS complete
