"""The files of the importer: a query of DuckDB for each kind of node and edge, its columns named as the importer wants.

A column is a property with its type, or says which node a row is or points at. Keys are unique within a group.
"""

from dataclasses import dataclass

from graph.records import PERSON_FIELDS


@dataclass(frozen=True, slots=True)
class Output:
    """One file. ``kind``: label of the nodes, where all have the same, or type of the relationships."""

    name: str
    kind: str
    query: str


def _edge(of: str, start: str, end: str) -> str:
    """The ends of an edge: columns of the query, with the groups of their nodes."""
    (first, first_group), (last, last_group) = start.split(), end.split()
    return f'SELECT {first} AS ":START_ID({first_group})", {last} AS ":END_ID({last_group})" {of}'


_PERSON = ", ".join(PERSON_FIELDS)

NODES = (
    Output(
        "sources",
        "Source",
        """SELECT name AS "name:ID(Source)", arg_max(kind, batch) AS kind, arg_max_null(channel, batch) AS channel,
             arg_max(trust, batch) AS "trust:long"
           FROM sources GROUP BY name""",
    ),
    Output(
        "guards",
        "GuardsInUse",
        """SELECT getvariable('guards') AS "digest:ID(GuardsInUse)"
           WHERE EXISTS (FROM identifiers) OR EXISTS (FROM device_of)""",
    ),
    Output(
        "customers",
        "Customer",
        f"""SELECT key AS "key:ID(Customer)", source, external_id, {_PERSON}, attributes, traits,
             moment(created_at) AS "created_at:datetime", moment(updated_at) AS "updated_at:datetime",
             moment(observed_at) AS "observed_at:datetime", content_hash, getvariable('run_id') AS run_id,
             1 AS "touched:long", listed(snapshots) AS "snapshots:string[]", 'Unresolved' AS ":LABEL"
           FROM customer LEFT JOIN (
             SELECT key, list(snapshot ORDER BY first) AS snapshots
             FROM (SELECT key, snapshot, min(batch) AS first FROM members GROUP BY key, snapshot) GROUP BY key
           ) USING (key)""",
    ),
    Output(
        "named_customers",
        "Customer",
        """SELECT key AS "key:ID(Customer)", any_value(source) AS source, any_value(external_id) AS external_id
           FROM named_customers ANTI JOIN customers USING (key) GROUP BY key""",
    ),
    Output(
        "identifiers",
        "Identifier",
        # The smallest value. Most are what their key says, and a group that keeps a text cannot leave the memory: those
        # of 2.8 million did not fit into 280 MB.
        """SELECT key AS "key:ID(Identifier)", kind, value, guard,
             CASE WHEN guard IS NULL THEN label ELSE label || chr(31) || 'Hub' END AS ":LABEL"
           FROM (
             SELECT key, any_value(kind) AS kind, any_value(label) AS label, least(
               min(value) FILTER (value <> within(key)), CASE WHEN bool_or(value = within(key)) THEN within(key) END
             ) AS value
             FROM (SELECT key, kind, label, value FROM identifiers
                   UNION ALL SELECT key, 'hashed_email', 'HashedEmail', value FROM hashes)
             GROUP BY key
           ) LEFT JOIN hub USING (key)""",
    ),
    Output(
        "devices",
        "Device",
        """SELECT key AS "key:ID(Device)", any_value(kind) AS kind, moment(min(first)) AS "first_seen_at:datetime",
             moment(max(last)) AS "last_seen_at:datetime", any_value(hub) AS ":LABEL"
           FROM sighting LEFT JOIN (
             SELECT device AS key, 'Hub' AS hub FROM used GROUP BY device
             HAVING count(*) > getvariable('device_hub_above')
           ) USING (key) GROUP BY key""",
    ),
    Output(
        "sessions",
        "Session",
        """SELECT key AS "key:ID(Session)", any_value(source) AS source, min(channel) AS channel,
             moment(min(started_at)) AS "started_at:datetime", moment(max(ended_at)) AS "ended_at:datetime",
             min({'at': entry_page_at, 'page': entry_page})
               FILTER (entry_page IS NOT NULL).page AS entry_page,
             moment(min(entry_page_at) FILTER (entry_page IS NOT NULL)) AS "entry_page_at:datetime",
             min(campaign) AS campaign, arg_min_null(cut_of, batch) AS cut_of
           FROM visit GROUP BY key""",
    ),
    Output(
        "interactions",
        "Interaction",
        """SELECT key AS "key:ID(Interaction)", source, type, name, channel, moment("at") AS "at:datetime", owner,
             session, amount AS "amount:double", currency, properties, content_hash, getvariable('run_id') AS run_id
           FROM interaction""",
    ),
    Output(
        "consents",
        "ConsentFact",
        """SELECT key AS "key:ID(ConsentFact)", source, purpose, channel, state, basis, evidence,
             moment(effective_at) AS "effective_at:datetime", moment(recorded_at) AS "recorded_at:datetime",
             content_hash, getvariable('run_id') AS run_id
           FROM consent""",
    ),
)

EDGES = (
    *(
        Output(
            edge.lower(),
            edge,
            f"""SELECT customer AS ":START_ID(Customer)", identifier AS ":END_ID(Identifier)", raw,
                  verified AS "verified:boolean", moment(first) AS "first_seen_at:datetime",
                  moment(last) AS "last_seen_at:datetime"
                FROM holding WHERE edge = '{edge}'""",
        )
        for edge in ("HAS_EMAIL", "HAS_PHONE", "HAS_IDENTIFIER")
    ),
    Output("has_hash", "HAS_HASH", _edge("FROM hash", "customer Customer", "key Identifier")),
    Output("on_device", "ON_DEVICE", _edge("FROM device_of", "session Session", "device Device")),
    Output(
        "logged_in",
        "LOGGED_IN",
        _edge(
            """, device, moment("at") AS "at:datetime", moment(last_at) AS "last_at:datetime" FROM login""",
            "session Session",
            "customer Customer",
        ),
    ),
    Output(
        "used",
        "USED",
        _edge(
            """, moment(first) AS "first_login_at:datetime", moment(last) AS "last_login_at:datetime",
               logins AS "logins:long" FROM used""",
            "customer Customer",
            "device Device",
        ),
    ),
    Output(
        "in_session",
        "IN_SESSION",
        _edge("FROM interaction WHERE session IS NOT NULL", "key Interaction", "session Session"),
    ),
    Output(
        "did",
        "DID",
        _edge(
            "FROM interaction WHERE customer IS NOT NULL AND session IS NULL", "customer Customer", "key Interaction"
        ),
    ),
    *(
        Output(
            f"stated_for_{kind}",
            "STATED_FOR",
            _edge(f"FROM consent WHERE {kind} IS NOT NULL", "key ConsentFact", f"{kind} {group}"),
        )
        for kind, group in (("customer", "Customer"), ("identifier", "Identifier"), ("device", "Device"))
    ),
)

# Position is a number or a text, and a column of the importer has one type.
CURSORS = tuple(
    Output(
        f"cursors_{kind}",
        "SourceCursor",
        f"""SELECT key AS "key:ID(SourceCursor)", source, input, part, {kind} AS "position:{kind}", value,
              moment("at") AS "at:datetime", getvariable('run_id') AS run_id
            FROM cursors WHERE {kind} IS NOT NULL""",
    )
    for kind in ("long", "string")
)
