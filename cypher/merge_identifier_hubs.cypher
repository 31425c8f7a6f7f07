// Labels identifiers that are a role's or that too many differently named customers share, and takes the label back.
// $guards (digest of those that tell it; null: of a run, which looks at all of them); $rows: key, hub_above, guard (empty
// for none; null keeps what another row told). Dense nodes store their degree, so the names are read for the few above
// the limit only.
FOREACH (digest IN CASE WHEN $guards IS NULL THEN [] ELSE [$guards] END | MERGE (:GuardsInUse {digest: digest}))
WITH 0 AS begun
UNWIND $rows AS row
MATCH (i:Identifier {key: row.key})
WITH i, row, coalesce(row.guard, CASE WHEN i.guard IN ['role', 'disposable'] THEN i.guard ELSE '' END) AS told
WHERE i:Hub OR told <> '' OR COUNT { (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-() } > row.hub_above
WITH i, row, told, COUNT {
  MATCH (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(c:Customer)
  RETURN DISTINCT coalesce(c.given_name, '') + ' ' + coalesce(c.family_name, '') AS name
} AS names
WITH i, CASE WHEN told <> '' THEN told WHEN names > row.hub_above THEN 'shared by too many' END AS guard
FOREACH (_ IN CASE WHEN guard IS NOT NULL THEN [1] ELSE [] END | SET i:Hub, i.guard = guard)
FOREACH (_ IN CASE WHEN guard IS NULL THEN [1] ELSE [] END | REMOVE i:Hub, i.guard)
