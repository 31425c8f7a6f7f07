// One person: records, identifiers and devices
// :param customer => 'crm:K00009401'
// :param confidence => 0.5
MATCH (start:Customer {key: $customer})
MATCH (start)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(record)
WITH DISTINCT record LIMIT 100
OPTIONAL MATCH path = (record)-[:SAME_AS|HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|USED]-()
RETURN record, path
