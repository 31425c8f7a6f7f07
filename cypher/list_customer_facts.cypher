// What the sources know of some customers, for a person to compare.
// $keys; rows: key, the person fields, emails, phones, identifiers (as contacted; hubs too).
UNWIND $keys AS wanted
MATCH (c:Customer {key: wanted})
RETURN c.key AS key, c.given_name AS given_name, c.middle_name AS middle_name, c.family_name AS family_name,
  c.birth_date AS birth_date, c.gender AS gender, c.street AS street, c.postcode AS postcode, c.city AS city,
  c.state AS state, c.country AS country, c.company AS company,
  COLLECT { MATCH (c)-[:HAS_EMAIL]->(i:Email) RETURN i.value ORDER BY i.value } AS emails,
  COLLECT { MATCH (c)-[:HAS_PHONE]->(i:Phone) RETURN i.value ORDER BY i.value } AS phones,
  COLLECT { MATCH (c)-[:HAS_IDENTIFIER]->(i:Identifier) RETURN i.kind + ':' + i.value AS named ORDER BY named } AS identifiers
