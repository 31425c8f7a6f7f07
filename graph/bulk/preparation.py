"""What several queries look at: made once, in order, of the spooled tables. Each says what statements of Cypher say.

Rows of one key are many where messages show a device or a session: these are folded. Of customers, interactions and
consents nearly all come once, and their rows are wide: the few that come again are found by the hashes of their keys,
and only these are compared, so that ten million rows stream through.
"""

PREPARATION = (
    "CREATE MACRO moment(ms) AS strftime(make_timestamp(ms * 1000), '%Y-%m-%dT%H:%M:%S.%gZ')",
    "CREATE MACRO within(key) AS substr(key, instr(key, ':') + 1)",
    "CREATE MACRO listed(texts) AS array_to_string(texts, chr(31))",
    *(
        f"CREATE TABLE again_{table} AS SELECT hash(key) AS hashed FROM {table} GROUP BY 1 HAVING count(*) > 1"
        for table in ("customers", "interactions", "consents")
    ),
    # What each interaction shows of its session and its device, beside the records that tell more.
    """CREATE VIEW visit AS
    SELECT key, source, channel, started_at, ended_at, entry_page, entry_page_at, campaign, cut_of, batch FROM sessions
    UNION ALL
    SELECT session, source, channel, "at", "at", NULL, NULL, NULL, cut_of, batch FROM interactions
    WHERE session IS NOT NULL""",
    """CREATE VIEW sighting AS
    SELECT key, kind, first, last FROM devices
    UNION ALL
    SELECT device, split_part(device, ':', 1), "at", "at" FROM interactions WHERE device IS NOT NULL""",
    # merge_customers: of several versions the youngest, of equally old ones the larger hash.
    """CREATE VIEW customer AS
    SELECT * FROM customers ANTI JOIN again_customers ON hash(key) = hashed
    UNION ALL
    SELECT * FROM customers SEMI JOIN again_customers ON hash(key) = hashed
    QUALIFY row_number() OVER (PARTITION BY key ORDER BY observed_at DESC, content_hash DESC) = 1""",
    # merge_interactions, replace_interactions: of several contents the earliest, of equally early ones the smaller
    """CREATE VIEW interaction AS
    SELECT * FROM interactions ANTI JOIN again_interactions ON hash(key) = hashed
    UNION ALL
    SELECT * FROM interactions SEMI JOIN again_interactions ON hash(key) = hashed
    QUALIFY row_number() OVER (PARTITION BY key ORDER BY "at", content_hash) = 1""",
    # merge_consents: of several versions the one that takes effect last, of equal ones the later recorded, the stricter
    # and the larger hash.
    """CREATE VIEW consent AS
    SELECT * FROM consents ANTI JOIN again_consents ON hash(key) = hashed
    UNION ALL
    SELECT * FROM consents SEMI JOIN again_consents ON hash(key) = hashed
    QUALIFY row_number() OVER (
      PARTITION BY key ORDER BY effective_at DESC, recorded_at DESC, strictness DESC, content_hash DESC) = 1""",
    # merge_has_email, merge_has_phone, merge_has_identifier: the newest value, of equally new ones the smallest.
    # By sorting what comes again: a group that keeps texts cannot leave the memory, which 2.7 million of them filled.
    """CREATE TABLE again_holdings AS
    SELECT hash(customer, identifier) AS hashed FROM holdings GROUP BY 1 HAVING count(*) > 1""",
    """CREATE TABLE holding AS
    SELECT edge, customer, identifier, raw, verified, "at" AS first, "at" AS last
    FROM holdings ANTI JOIN again_holdings ON hash(customer, identifier) = hashed
    UNION ALL
    SELECT edge, customer, identifier, raw, bool_or(verified) OVER same, min("at") OVER same, max("at") OVER same
    FROM holdings SEMI JOIN again_holdings ON hash(customer, identifier) = hashed
    WINDOW same AS (PARTITION BY edge, customer, identifier)
    QUALIFY row_number() OVER (PARTITION BY edge, customer, identifier ORDER BY "at" DESC, raw) = 1""",
    "CREATE TABLE hash AS SELECT DISTINCT customer, key FROM hashes",
    # merge_identifier_hubs, with all customers there.
    """CREATE TABLE crowded AS
    WITH told AS (SELECT key, max(guard) AS guard, min(hub_above) AS hub_above FROM hubs GROUP BY key),
      held AS (SELECT identifier AS key FROM holding UNION ALL SELECT key FROM hash),
      counted AS (SELECT key, count(*) AS holders FROM held GROUP BY key)
    SELECT key, guard, hub_above FROM told LEFT JOIN counted USING (key) WHERE guard <> '' OR holders > hub_above""",
    """CREATE TABLE hub AS
    WITH held AS (
      SELECT identifier AS key, customer FROM holding WHERE identifier IN (SELECT key FROM crowded)
      UNION ALL SELECT key, customer FROM hash WHERE key IN (SELECT key FROM crowded)),
    named AS (
      SELECT held.key, count(DISTINCT coalesce(given_name, '') || ' ' || coalesce(family_name, '')) AS names
      FROM held JOIN customer ON customer.key = held.customer GROUP BY held.key)
    SELECT key, CASE WHEN guard <> '' THEN guard ELSE 'shared by too many' END AS guard
    FROM crowded LEFT JOIN named USING (key) WHERE guard <> '' OR names > hub_above""",
    # merge_on_device, merge_logged_in, merge_used
    """CREATE TABLE device_of AS
    SELECT session, device FROM on_device
    UNION
    SELECT session, device FROM interactions WHERE session IS NOT NULL AND device IS NOT NULL""",
    """CREATE TABLE login AS
    SELECT session, customer, device, min("at") AS "at", max(last_at) AS last_at
    FROM logins GROUP BY session, customer, device""",
    """CREATE TABLE used AS
    SELECT customer, device_of.device, min("at") AS first, max(last_at) AS last, count(DISTINCT session) AS logins
    FROM login JOIN device_of USING (session)
    WHERE login.device = device_of.device OR (login.device = 'none'
      AND session NOT IN (SELECT session FROM device_of GROUP BY session HAVING count(*) > 1))
    GROUP BY customer, device_of.device""",
)
"""Run in this order."""
