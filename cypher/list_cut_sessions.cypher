// Sessions that silence cuts, those that reach into an interval.
// $rows: cut_of, since, until (epoch milliseconds); rows: the properties of Session (epoch milliseconds).
UNWIND $rows AS row
MATCH (s:Session)
WHERE s.cut_of = row.cut_of AND s.ended_at >= datetime({epochMillis: row.since})
  AND s.started_at <= datetime({epochMillis: row.until})
RETURN s.key AS key, s.source AS source, s.channel AS channel, s.started_at.epochMillis AS started_at,
  s.ended_at.epochMillis AS ended_at, s.entry_page AS entry_page, s.entry_page_at.epochMillis AS entry_page_at,
  s.campaign AS campaign, s.cut_of AS cut_of
