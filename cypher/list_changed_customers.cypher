// Customers with what is compared, what the last resolution compared of them, and who else holds their contacts.
// $keys, $counted (kinds), $with_holders (whether also those who share identifiers with them, but for hubs); rows: as
// list_customers_to_resolve, prepared, blocking_parts, touched, created_at (epoch milliseconds), retired, rank (for
// naming its profile, as it is now), decided (whether a steward ever decided about it), holders (value, given_names) of
// its contacts, held (of those asked for: key, kind, hub and holders of their identifiers; of hubs nobody is told).
UNWIND $keys AS wanted
MATCH (start:Customer {key: wanted})
CALL (start) {
  RETURN start AS record, 1 AS asked
  UNION ALL
  MATCH (start)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]->(i:Identifier)
  WHERE $with_holders AND NOT i:Hub
  MATCH (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(record:Customer)
  WHERE record.retired_at IS NULL
  RETURN DISTINCT record, 0 AS asked
}
WITH record, max(asked) = 1 AS asked
WHERE record.content_hash IS NOT NULL
// Of a retired record nothing is known any more, so that it takes no part without being a case of its own.
WITH record, asked, CASE WHEN record.retired_at IS NULL THEN record END AS c
RETURN record.key AS key, record.source AS source, c.given_name AS given_name, c.middle_name AS middle_name,
  c.family_name AS family_name, c.birth_date AS birth_date, c.gender AS gender, c.street AS street,
  c.postcode AS postcode, c.city AS city, c.state AS state, c.country AS country, c.company AS company,
  c.attributes AS attributes,
  COLLECT {
    MATCH (c)-[r:HAS_EMAIL]->(e:Email) WHERE NOT e:Hub RETURN e.key ORDER BY r.last_seen_at DESC, e.key
  } AS emails,
  COLLECT {
    MATCH (c)-[r:HAS_PHONE]->(p:Phone) WHERE NOT p:Hub RETURN p.key ORDER BY r.last_seen_at DESC, p.key
  } AS phones,
  COLLECT {
    MATCH (c)-[:HAS_IDENTIFIER|HAS_HASH]->(h:HashedEmail) WHERE NOT h:Hub AND EXISTS { (h)<-[:HAS_IDENTIFIER]-() }
    RETURN DISTINCT h.key ORDER BY h.key
  } AS hashed_emails,
  COLLECT {
    MATCH (c)-[r:HAS_IDENTIFIER]->(i:Identifier) WHERE NOT i:Hub AND NOT i:HashedEmail
    RETURN i.key ORDER BY r.last_seen_at DESC, i.key
  } AS identifiers,
  COLLECT {
    MATCH (c)-[r:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]->(i:Identifier) WHERE i.kind IN $counted AND NOT i:Hub
    RETURN [i.key, r.first_seen_at.epochMillis, r.last_seen_at.epochMillis]
  } AS counted,
  record.prepared AS prepared, coalesce(record.blocking_parts, []) AS blocking_parts,
  coalesce(record.touched, 0) AS touched, record.created_at.epochMillis AS created_at,
  record.retired_at IS NOT NULL AS retired, record.name_rank AS rank, EXISTS { (record)<-[:DECIDED]-() } AS decided,
  COLLECT {
    MATCH (c)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]->(i:Email|Phone|HashedEmail) WHERE NOT i:Hub
    RETURN DISTINCT {value: i.key, given_names: COLLECT {
      MATCH (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(h:Customer)
      WHERE h.given_name IS NOT NULL AND h.content_hash IS NOT NULL
        AND h.retired_at IS NULL
      RETURN DISTINCT h.given_name
    }}
  } AS holders,
  COLLECT {
    MATCH (record)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]->(i:Identifier)
    WHERE asked AND $with_holders
    WITH DISTINCT i
    RETURN [i.key, i.kind, i:Hub, CASE WHEN i:Hub THEN [] ELSE COLLECT {
      MATCH (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(holder:Customer)
      WHERE holder.content_hash IS NOT NULL AND holder.retired_at IS NULL
      RETURN DISTINCT holder.key
    } END]
  } AS held
