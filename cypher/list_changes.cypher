// What was written of some profiles since a moment, oldest first: interactions of their owners, events about their customers.
// $rows (name, since, since_key, windows (owner, since, until, members), customers, known), $limit (of each); one row each: name, now, present, interactions, events.
UNWIND $rows AS row
RETURN row.name AS name, datetime.realtime().epochMillis AS now,
  COUNT { UNWIND row.customers AS customer MATCH (c:Customer {key: customer}) WHERE c.retired_at IS NULL } AS present,
  COLLECT {
    UNWIND row.windows AS window
    MATCH (i:Interaction)
    // The other index of owners would be read for the whole history at each question.
    USING INDEX i:Interaction(owner, written_at)
    WHERE i.owner = window.owner AND i.written_at >= datetime({epochMillis: row.since})
      AND i.at >= datetime({epochMillis: window.since}) AND i.at <= datetime({epochMillis: window.until})
      AND CASE WHEN i.written_at.epochMillis = row.since THEN i.key > row.since_key ELSE true END
      AND NOT i.key IN row.known
      AND CASE WHEN window.members IS NULL THEN true ELSE NOT EXISTS {
        (i)-[:IN_SESSION]->(:Session)-[:LOGGED_IN]->(c:Customer) WHERE NOT c.key IN window.members
      } END
    // Not DISTINCT, which would keep the row, with all that is known, for each of them: what lies in two windows comes twice.
    // `+ ''`: in the order in which `>` compares keys, see get_journey.
    WITH i, i.written_at.epochMillis AS written_at ORDER BY written_at, i.key + '' LIMIT $limit
    RETURN i {
      .key, .source, .type, .name, .channel, .owner, .session, .amount, .currency, .properties, at: i.at.epochMillis,
      written_at: written_at
    }
  } AS interactions,
  COLLECT {
    UNWIND row.customers AS customer
    MATCH (:Customer {key: customer})<-[:CONCERNS]-(e:IdentityEvent)
    WHERE e.written_at >= datetime({epochMillis: row.since})
      AND CASE WHEN e.written_at.epochMillis = row.since THEN e.key > row.since_key ELSE true END
      AND NOT e.key IN row.known
    WITH DISTINCT e, e.written_at.epochMillis AS written_at ORDER BY written_at, e.key + '' LIMIT $limit
    RETURN e {
      .key, .kind, .cause, .run_id, .profiles_before, .profiles_after, at: e.at.epochMillis, written_at: written_at
    }
  } AS events
