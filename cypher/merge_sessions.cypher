// Writes sessions: the widest interval, and the earliest page as the entry page.
// $rows: key, source, channel, started_at, ended_at, entry_page, entry_page_at, campaign, cut_of (times in epoch milliseconds).
UNWIND $rows AS row
MERGE (s:Session {key: row.key})
  ON CREATE SET s.source = row.source, s.channel = row.channel, s.campaign = row.campaign,
    s.started_at = datetime({epochMillis: row.started_at}), s.ended_at = datetime({epochMillis: row.ended_at}),
    s.entry_page = row.entry_page, s.cut_of = row.cut_of,
    s.entry_page_at = CASE WHEN row.entry_page IS NOT NULL THEN datetime({epochMillis: row.entry_page_at}) END
  ON MATCH SET
    s.channel = CASE WHEN s.channel IS NULL OR row.channel < s.channel THEN row.channel ELSE s.channel END,
    s.campaign = CASE WHEN s.campaign IS NULL OR row.campaign < s.campaign THEN row.campaign ELSE s.campaign END,
    s.entry_page = CASE
      WHEN row.entry_page IS NULL THEN s.entry_page
      WHEN s.entry_page_at IS NULL OR row.entry_page_at < s.entry_page_at.epochMillis THEN row.entry_page
      WHEN row.entry_page_at = s.entry_page_at.epochMillis AND row.entry_page < s.entry_page THEN row.entry_page
      ELSE s.entry_page END,
    s.entry_page_at = CASE
      WHEN row.entry_page IS NULL THEN s.entry_page_at
      WHEN s.entry_page_at IS NULL OR row.entry_page_at < s.entry_page_at.epochMillis
        THEN datetime({epochMillis: row.entry_page_at})
      ELSE s.entry_page_at END,
    s.started_at = CASE WHEN row.started_at < s.started_at.epochMillis
      THEN datetime({epochMillis: row.started_at}) ELSE s.started_at END,
    s.ended_at = CASE WHEN row.ended_at > s.ended_at.epochMillis
      THEN datetime({epochMillis: row.ended_at}) ELSE s.ended_at END
