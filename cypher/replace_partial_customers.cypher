// Writes customers as the latest facts of each field make them; who is the same as before needs no new resolution.
// $run_id; $rows: the properties of Customer with latest_facts, times in epoch milliseconds; one row: renamed (see
// merge_customers).
UNWIND $rows AS row
MATCH (c:Customer {key: row.key})
// A record that says something after the snapshots had lost it is there again.
WITH c, row, coalesce(row.observed_at > c.retired_at.epochMillis, false) AS returned
WITH c, row, returned, c.content_hash IS NULL OR c.content_hash <> row.content_hash AS changed,
  (coalesce(c.given_name, '') <> coalesce(row.given_name, '')
    OR coalesce(c.family_name, '') <> coalesce(row.family_name, ''))
  AND EXISTS { (c)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]->() } AS renamed
SET c.latest_facts = row.latest_facts, c.observed_at = datetime({epochMillis: row.observed_at}),
    c.retired_at = CASE WHEN returned THEN null ELSE c.retired_at END
FOREACH (_ IN CASE WHEN changed OR returned THEN [1] ELSE [] END |
  SET c.given_name = row.given_name, c.middle_name = row.middle_name, c.family_name = row.family_name,
      c.birth_date = row.birth_date, c.gender = row.gender, c.street = row.street, c.postcode = row.postcode,
      c.city = row.city, c.state = row.state, c.country = row.country, c.company = row.company,
      c.attributes = row.attributes, c.traits = row.traits,
      c.created_at = CASE WHEN row.created_at IS NOT NULL THEN datetime({epochMillis: row.created_at}) END,
      c.updated_at = CASE WHEN row.updated_at IS NOT NULL THEN datetime({epochMillis: row.updated_at}) END,
      c.content_hash = row.content_hash, c.run_id = $run_id, c:Unresolved, c.touched = coalesce(c.touched, 0) + 1)
RETURN collect(CASE WHEN renamed THEN c.key END) AS renamed
