// One customer, as its source knows it.
// $key; at most one row: the properties of a customer (times in epoch milliseconds), trust of its source, verified (it has
// an identifier with proof).
MATCH (c:Customer {key: $key})
WHERE c.retired_at IS NULL
OPTIONAL MATCH (s:Source {name: c.source})
RETURN c.key AS key, c.source AS source, c.external_id AS external_id, c.given_name AS given_name,
  c.middle_name AS middle_name, c.family_name AS family_name, c.birth_date AS birth_date, c.gender AS gender,
  c.street AS street, c.postcode AS postcode, c.city AS city, c.state AS state, c.country AS country,
  c.company AS company, c.attributes AS attributes, c.traits AS traits, c.created_at.epochMillis AS created_at,
  c.updated_at.epochMillis AS updated_at, c.observed_at.epochMillis AS observed_at, s.trust AS trust,
  EXISTS { (c)-[h:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]->(:Identifier) WHERE h.verified } AS verified
