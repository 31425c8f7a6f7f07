// The newest interactions of some owners, each within its interval, from the index alone: cost follows the page, not the history.
// $windows (owner, since, until in epoch milliseconds), $before, $before_key (keyset), $since, $channels, $types, $names, $sources (null: all), $limit; rows: Interaction.
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
  RETURN i
  ORDER BY i.owner DESC, i.at DESC, i.key DESC LIMIT $limit
}
WITH DISTINCT i ORDER BY i.at DESC, i.key DESC LIMIT $limit
RETURN i.key AS key, i.source AS source, i.type AS type, i.name AS name, i.channel AS channel,
  i.at.epochMillis AS at, i.owner AS owner, i.session AS session, i.amount AS amount, i.currency AS currency,
  i.properties AS properties
ORDER BY at DESC, key DESC
