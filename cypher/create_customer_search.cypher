// Full-text index for the search by name, company, town or number; letters with marks are found without them.
// No parameters.
CREATE FULLTEXT INDEX customer_search IF NOT EXISTS
FOR (c:Customer) ON EACH [c.given_name, c.family_name, c.company, c.city, c.external_id]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding'}}
