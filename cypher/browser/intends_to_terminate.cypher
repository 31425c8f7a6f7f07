// Customers who said on the phone that they want to leave
// No parameters.
MATCH (c:Customer)-[:DID]->(call:Interaction {channel: 'call_centre'})
WHERE call.properties CONTAINS '"terminate"'
RETURN c.key AS customer, call.at AS called_at, call.properties AS call
ORDER BY called_at DESC LIMIT 50
