// Labels identifiers that too many differently named customers share, and takes the label back where that has passed.
// $rows: key, hub_above. Dense nodes store their degree, so the names are read for the few above the limit only.
UNWIND $rows AS row
MATCH (i:Identifier {key: row.key})
WHERE i:Hub OR COUNT { (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]-() } > row.hub_above
WITH i, row, COUNT {
  MATCH (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]-(c:Customer)
  RETURN DISTINCT coalesce(c.given_name, '') + ' ' + coalesce(c.family_name, '') AS name
} AS names
FOREACH (_ IN CASE WHEN names > row.hub_above THEN [1] ELSE [] END | SET i:Hub)
FOREACH (_ IN CASE WHEN names > row.hub_above THEN [] ELSE [1] END | REMOVE i:Hub)
