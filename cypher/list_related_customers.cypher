// Customers outside of each of several profiles that live with it (family name and address, from the blocking parts) or
// share an email or a telephone number that few have.
// $rows (number, members (keys)), $most_addresses, $limit (of each); rows: number, kind, member, other (keys).
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
UNWIND $rows AS row
CALL (row) {
  CALL (row) {
    UNWIND row.members AS key
    MATCH (c:Customer {key: key})
    WITH c, head([part IN c.blocking_parts WHERE part STARTS WITH 'family name:']) AS family,
      head([part IN c.blocking_parts WHERE part STARTS WITH 'street:']) AS street,
      head([part IN c.blocking_parts WHERE part STARTS WITH 'postcode:']) AS postcode,
      head([part IN c.blocking_parts WHERE part STARTS WITH 'city:']) AS city
    WITH c.key AS member, family, street, postcode, city
    WHERE family IS NOT NULL AND street IS NOT NULL AND coalesce(postcode, city) IS NOT NULL
    WITH family, street, postcode, city, min(member) AS member ORDER BY member LIMIT $most_addresses
    WITH member, postcode, [part IN [family, street, postcode, city] WHERE part IS NOT NULL |
      'blocking_parts:"' + replace(replace(part, '\\', '\\\\'), '"', '\\"') + '"'] AS terms
    WITH member, postcode, '+' + terms[0] + ' +' + terms[1] + ' +(' + reduce(town = '', term IN terms[2..] |
      town + term + ' ') + ')' AS query
    CALL (query, postcode) {
      CALL db.index.fulltext.queryNodes('customer_blocking', query, {limit: $limit}) YIELD node
      // The town alone says it only where one of both has no postcode, whichever of them is asked about.
      WITH node, postcode
      WHERE postcode IS NULL OR postcode IN node.blocking_parts
        OR NONE(part IN node.blocking_parts WHERE part STARTS WITH 'postcode:')
      RETURN node AS other
    }
    RETURN 'same_address' AS kind, member, other
    UNION ALL
    UNWIND row.members AS member
    MATCH (:Customer {key: member})-[:HAS_EMAIL|HAS_PHONE]->(i:Identifier)<-[:HAS_EMAIL|HAS_PHONE]-(other:Customer)
    WHERE coalesce(i:Hub, false) = false
    RETURN CASE WHEN i.kind = 'email' THEN 'shared_email' ELSE 'shared_phone' END AS kind, member, other
  }
  WITH row, kind, min(member) AS member, other
  WHERE NOT other.key IN row.members AND other.retired_at IS NULL
  RETURN kind, member, other.key AS other ORDER BY kind, other LIMIT $limit
}
RETURN row.number AS number, kind, member, other
ORDER BY number, kind, other
