// Identifiers that many records share
// No parameters.
MATCH (i:Identifier)
WITH i, COUNT { (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]-() } AS customers
WHERE customers > 3
RETURN i.kind AS kind, customers, i:Hub AS is_hub
ORDER BY customers DESC LIMIT 50
