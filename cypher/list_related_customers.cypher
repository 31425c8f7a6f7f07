// Customers outside of a profile that live with it (family name and address, from the blocking parts) or share an email or
// a telephone number that few have.
// $members (keys), $most_addresses, $limit; rows: kind, member, other (keys).
CALL () {
  UNWIND $members AS key
  MATCH (c:Customer {key: key})
  WITH c, [name IN ['family name:', 'street:'] | head([part IN c.blocking_parts WHERE part STARTS WITH name])] AS needed,
    head([part IN c.blocking_parts WHERE part STARTS WITH 'postcode:' OR part STARTS WITH 'city:']) AS town
  WITH c.key AS member, needed + [town] AS parts
  WHERE NONE(part IN parts WHERE part IS NULL)
  WITH parts, min(member) AS member ORDER BY member LIMIT $most_addresses
  WITH member, reduce(query = '', part IN parts |
    query + ' +blocking_parts:"' + replace(replace(part, '\\', '\\\\'), '"', '\\"') + '"') AS query
  CALL (query) {
    CALL db.index.fulltext.queryNodes('customer_blocking', query, {limit: $limit}) YIELD node
    RETURN node AS other
  }
  RETURN 'same_address' AS kind, member, other
  UNION ALL
  UNWIND $members AS member
  MATCH (:Customer {key: member})-[:HAS_EMAIL|HAS_PHONE]->(i:Identifier)<-[:HAS_EMAIL|HAS_PHONE]-(other:Customer)
  WHERE coalesce(i:Hub, false) = false
  RETURN CASE WHEN i.kind = 'email' THEN 'shared_email' ELSE 'shared_phone' END AS kind, member, other
}
WITH kind, min(member) AS member, other
WHERE NOT other.key IN $members AND other.retired_at IS NULL
RETURN kind, member, other.key AS other
ORDER BY kind, other LIMIT $limit
