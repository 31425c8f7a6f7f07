// A page of the customers that count, by key.
// $after, $below (keys: the page lies between them), $unresolved (none: all), $limit; rows: as get_customer.
MATCH (c:Customer)
// As in list_links_after.
USING INDEX SEEK c:Customer(key)
WHERE c.key > $after AND c.key < $below AND c.retired_at IS NULL
  AND ($unresolved IS NULL OR c:Unresolved = $unresolved)
WITH c ORDER BY c.key LIMIT $limit
OPTIONAL MATCH (s:Source {name: c.source})
RETURN c.key AS key, c.source AS source, c.external_id AS external_id, c.given_name AS given_name,
  c.middle_name AS middle_name, c.family_name AS family_name, c.birth_date AS birth_date, c.gender AS gender,
  c.street AS street, c.postcode AS postcode, c.city AS city, c.state AS state, c.country AS country,
  c.company AS company, c.attributes AS attributes, c.traits AS traits, c.created_at.epochMillis AS created_at,
  c.updated_at.epochMillis AS updated_at, c.observed_at.epochMillis AS observed_at, s.trust AS trust,
  EXISTS { (c)-[h:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]->(:Identifier) WHERE h.verified } AS verified
ORDER BY c.key
