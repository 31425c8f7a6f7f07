// Writes customers: new ones, and versions that are younger than the stored one (ties: the larger content hash).
// $run_id; $rows: the properties of Customer, times in epoch milliseconds; one row: created, updated, unchanged,
// renamed: those who hold identifiers and have another name now, so that these may be hubs or no hubs any more,
// told_in_parts: those of whom messages said parts, which are left as they are (see replace_partial_customers).
UNWIND $rows AS row
MERGE (c:Customer {key: row.key})
  ON CREATE SET c.source = row.source, c.external_id = row.external_id
  // Takes the write lock before the stored version is read, so that two writers cannot both find it older.
  ON MATCH SET c.source = row.source
WITH c, row, c.content_hash AS known, c.observed_at.epochMillis AS age, c.latest_facts IS NOT NULL AS in_parts
WITH c, row, known, in_parts, NOT in_parts AND (known IS NULL OR row.observed_at > age
  OR (row.observed_at = age AND row.content_hash > known)) AS younger
WITH c, row, known, in_parts, younger, younger
  AND (coalesce(c.given_name, '') <> coalesce(row.given_name, '')
    OR coalesce(c.family_name, '') <> coalesce(row.family_name, ''))
  AND EXISTS { (c)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]->() } AS renamed
FOREACH (_ IN CASE WHEN younger THEN [1] ELSE [] END |
  SET c.given_name = row.given_name, c.middle_name = row.middle_name, c.family_name = row.family_name,
      c.birth_date = row.birth_date, c.gender = row.gender, c.street = row.street, c.postcode = row.postcode,
      c.city = row.city, c.state = row.state, c.country = row.country, c.company = row.company,
      c.attributes = row.attributes, c.traits = row.traits,
      c.created_at = CASE WHEN row.created_at IS NOT NULL THEN datetime({epochMillis: row.created_at}) END,
      c.updated_at = CASE WHEN row.updated_at IS NOT NULL THEN datetime({epochMillis: row.updated_at}) END,
      c.observed_at = datetime({epochMillis: row.observed_at}), c.content_hash = row.content_hash, c.run_id = $run_id,
      c:Unresolved, c.touched = coalesce(c.touched, 0) + 1,
      // A record that was changed after the snapshots had lost it is there again.
      c.retired_at = CASE WHEN row.observed_at > c.retired_at.epochMillis THEN null ELSE c.retired_at END)
RETURN sum(CASE WHEN known IS NULL THEN 1 ELSE 0 END) AS created,
       sum(CASE WHEN known <> row.content_hash AND younger THEN 1 ELSE 0 END) AS updated,
       sum(CASE WHEN known = row.content_hash OR NOT younger THEN 1 ELSE 0 END) AS unchanged,
       collect(CASE WHEN renamed THEN c.key END) AS renamed,
       collect(CASE WHEN in_parts THEN c.key END) AS told_in_parts
