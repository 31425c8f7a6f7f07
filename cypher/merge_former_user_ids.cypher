// Gives customers the user ids that they had before, as soon as somebody has used such an id: until then it may be a device's.
// $rows: key (of customers that were aliased, or that may have been).
UNWIND $rows AS row
MATCH (f:Customer {key: row.key})<-[alias:ALIASED]-(c:Customer)
WHERE f.content_hash IS NOT NULL
MATCH (f)-[own:HAS_IDENTIFIER]->(i:UserId) WHERE own.raw = f.external_id
MERGE (c)-[r:HAS_IDENTIFIER]->(i)
WITH c, r, alias, own, r.first_seen_at IS NULL AS new
FOREACH (_ IN CASE WHEN new THEN [1] ELSE [] END | SET c:Unresolved, c.touched = coalesce(c.touched, 0) + 1)
// An earlier alias may have come later.
SET r.raw = own.raw, r.verified = false, r.first_seen_at = alias.at, r.last_seen_at = alias.at
