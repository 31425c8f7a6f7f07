// Every customer whose record has arrived, with what is compared; hubs say nothing and are left out.
// $counted (kinds); rows: the person fields, attributes (JSON text), emails, phones, identifiers (keys, newest first),
// hashed_emails (keys of those that some source has sent, whoever's emails they are of), counted (key, first and last
// time).
MATCH (record:Customer)
WHERE record.content_hash IS NOT NULL
// Of a retired record nothing is known any more, so that it takes no part without being a case of its own.
WITH record.key AS key, record.source AS source, CASE WHEN record.retired_at IS NULL THEN record END AS c
RETURN key, source, c.given_name AS given_name, c.middle_name AS middle_name,
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
  } AS counted
