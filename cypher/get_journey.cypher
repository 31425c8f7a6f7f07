// The newest interactions of some owners, each within its interval, from the index alone: cost follows the page, not the history.
// $windows (owner, since, until in epoch milliseconds, members: null or customers), $before, $before_key (keyset), $since, $channels, $types, $names, $sources (null: all), $limit; one row: interactions (list of maps).
UNWIND $windows AS window
CALL (window) {
  WITH window, datetime({epochMillis: CASE WHEN window.since > $since THEN window.since ELSE $since END}) AS since,
    datetime({epochMillis: CASE WHEN window.until < $before THEN window.until ELSE $before END}) AS until
  MATCH (i:Interaction)
  WHERE i.owner = window.owner AND i.at >= since AND i.at <= until
    // Written as CASE: AND, OR and NOT may be planned as two seeks whose union has lost the order of the index.
    AND CASE WHEN i.at.epochMillis = $before THEN i.key < $before_key ELSE true END
    AND ($channels IS NULL OR i.channel IN $channels)
    AND ($types IS NULL OR i.type IN $types)
    AND ($names IS NULL OR i.name IN $names)
    AND ($sources IS NULL OR i.source IN $sources)
    // Within the time of one there may be sessions in which others proved who they are.
    AND CASE WHEN window.members IS NULL THEN true ELSE NOT EXISTS {
      (i)-[:IN_SESSION]->(:Session)-[:LOGGED_IN]->(c:Customer) WHERE NOT c.key IN window.members
    } END
  RETURN i
  // `+ ''`: a key that is made here is sorted as `<` compares it, by UTF-16 units; as it is stored, by code points.
  ORDER BY i.owner DESC, i.at DESC, i.key + '' DESC LIMIT $limit
}
WITH DISTINCT i ORDER BY i.at DESC, i.key + '' DESC LIMIT $limit
RETURN collect(i {
  .key, .source, .type, .name, .channel, at: i.at.epochMillis, .owner, .session, .amount, .currency, .properties
}) AS interactions
