# Visits whose visitors are less simple than Anna: a device of several people, an email where a code belongs, consents
# that contradict.
from datetime import UTC, datetime, timedelta
from typing import Any

from graph.connection import Graph
from graph.records import ConsentRecord
from graph.writing import write_batch
from tests.factories import batch, customer, days, device, identifier, interaction, minutes, session, shop
from tests.integration.api.conftest import Ask
from tests.integration.api.operations import SESSION, session_of

EMAIL = "anna@example.org"


async def test_on_a_shared_device_the_last_to_log_in_is_probable_and_nobody_before(
    graph: Graph, fresh_ask: Ask
) -> None:
    logins = [
        session(f"s{day}", started_at=days(day), device=device(), customer=shop(who))
        for day, who in ((1, "7"), (2, "8"), (3, "7"))
    ]
    visits = [
        session("before", started_at=days(0), device=device()),
        session("after", started_at=days(4), device=device()),
    ]
    page = interaction("m1", at=days(0), device=device(), session_id="before")
    write_batch(graph, batch("web", sessions=(*logins, *visits), interactions=(page,)))

    after, before = await session_of(fresh_ask, "web:after"), await session_of(fresh_ask, "web:before")

    assert (after["__typename"], after["level"]) == ("ProbableSession", "PROBABLE")
    assert (before["__typename"], before["level"]) == ("AnonymousSession", "UNKNOWN")
    assert before["activity"] == [{"name": "Page Viewed"}]


async def test_whoever_logged_in_meanwhile_is_in_no_visitors_activity(graph: Graph, fresh_ask: Ask) -> None:
    visits = [
        ("a1", days(0), shop("7")), ("x", days(4), None), ("b1", days(5), shop("8")), ("a2", days(8), shop("7")),
        ("kiosk-b", minutes(1), shop("8")), ("kiosk-x", minutes(0), None),
    ]  # fmt: skip
    for name, start, who in visits:
        used, end = device("kiosk" if "kiosk" in name else "d1"), start + timedelta(minutes=9)
        visit = session(name, started_at=start, ended_at=end, device=used, customer=who)
        page = interaction(name, at=start + timedelta(minutes=1), device=used, session_id=name, name=name)
        write_batch(graph, batch("web", sessions=(visit,), interactions=(page,)))
    other = session("kiosk-a", started_at=minutes(2), device=device("kiosk"), customer=shop("7"))
    write_batch(graph, batch("web", sessions=(other,)))

    known = await session_of(fresh_ask, "web:x")
    past = (await fresh_ask(SESSION, id="web:x", asOf=days(9).isoformat()))["data"]["session"]
    nobodys = await session_of(fresh_ask, "web:kiosk-x")

    assert known["__typename"] == past["__typename"] == "RecognisedSession"
    assert [done["name"] for done in known["visitor"]["activity"]] == ["a2", "x", "a1"]
    assert past["visitor"] == known["visitor"]
    assert (nobodys["__typename"], nobodys["activity"]) == ("AnonymousSession", [{"name": "kiosk-x"}])


async def test_personal_data_where_codes_belong_is_left_out(graph: Graph, fresh_ask: Ask) -> None:
    account = customer("shop", EMAIL, given_name="Anna", identifiers=(identifier("email", EMAIL),))
    told = {"intent": f"write to {EMAIL}", "reason": "0431 555 01", "note": "Anna Ilg, Kiel", "sku": EMAIL}
    cart = {"items": [{"sku": "SIM-1", "name": "for Anna"}, {"sku": "CASE-2"}, EMAIL], "reason": "price"}
    things = (
        interaction("m1", customer=shop(EMAIL), name=EMAIL, properties=told),
        interaction(
            "m2", at=minutes(1), customer=shop(EMAIL), name="Cart Viewed", properties=cart, amount=9.5, currency="EUR"
        ),
    )
    visits = (
        session("s1", started_at=minutes(0), device=device(), customer=shop(EMAIL), campaign="spring sale"),
        session(
            "s2", started_at=days(1), device=device(), campaign=EMAIL, entry_page=f"https://example.org/?m={EMAIL}"
        ),
    )
    write_batch(graph, batch("shop", customers=(account,), interactions=things))
    write_batch(graph, batch("web", sessions=visits))

    visit = await session_of(fresh_ask, "web:s2")

    done = {name: visit["visitor"]["activity"][0][name] for name in ("name", "reason", "products", "amount")}
    assert done == {"name": "Cart Viewed", "reason": "price", "products": ["SIM-1", "CASE-2"], "amount": 9.5}
    assert [visit["visitor"]["activity"][1][name] for name in ("name", "intent", "reason", "products")] == [
        None
    ] * 3 + [[]]
    assert not any(word in str(visit) for word in (EMAIL, "Anna", "Kiel", "555"))


async def test_of_several_statements_about_a_consent_the_latest_holds(graph: Graph, fresh_ask: Ask) -> None:
    def stated(number: int, state: str, day: float, **changes: Any) -> ConsentRecord:
        return ConsentRecord("shop", f"f{number}", "marketing", state, days(day), days(day), **changes)  # pyright: ignore[reportArgumentType]

    consents = (
        stated(1, "granted", 1, customer=shop("7")),
        stated(2, "withdrawn", 2, customer=shop("7")),
        stated(3, "granted", 3, channel="email", customer=shop("7")),
        stated(4, "denied", 3, channel="email", device=device()),
    )
    login = session("s1", started_at=minutes(0), device=device(), customer=shop("7"))
    write_batch(graph, batch("shop", customers=(customer("shop", "7"),), consents=consents))
    write_batch(graph, batch("web", sessions=(login, session("s2", started_at=days(1), device=device()))))

    visit = await session_of(fresh_ask, "web:s2")

    assert visit["visitor"]["consents"] == [
        {"purpose": "marketing", "channel": None, "state": "withdrawn"},
        {"purpose": "marketing", "channel": "email", "state": "denied"},
    ]


async def test_a_consent_holds_from_when_it_takes_effect(graph: Graph, fresh_ask: Ask) -> None:
    soon = datetime.now(UTC) + timedelta(days=30)
    consents = (
        ConsentRecord("shop", "f1", "marketing", "denied", days(1), days(1), customer=shop("7")),
        ConsentRecord("shop", "f2", "marketing", "granted", days(3), days(2), customer=shop("7")),
        ConsentRecord("shop", "f3", "marketing", "withdrawn", soon, days(2), customer=shop("7")),
    )
    write_batch(graph, batch("shop", customers=(customer("shop", "7"),), consents=consents))
    write_batch(graph, batch("web", sessions=(session("s1", device=device(), customer=shop("7")),)))

    now = (await session_of(fresh_ask, "web:s1"))["visitor"]["consents"]

    assert now == [{"purpose": "marketing", "channel": None, "state": "granted"}]


async def test_what_strangers_said_on_a_terminal_or_for_a_mailbox_of_many_is_no_consent_of_anybody(
    graph: Graph, fresh_ask: Ask
) -> None:
    people, mailbox = range(60), identifier("email", "info@example.org")
    accounts = [customer("shop", str(n), given_name=f"N{n}", identifiers=(mailbox,)) for n in people]
    logins = [session(f"s{n}", started_at=days(n), device=device(), customer=shop(str(n))) for n in people]
    consents = (
        ConsentRecord("shop", "f1", "marketing", "granted", days(1), days(1), channel="email", identifier=mailbox),
        ConsentRecord("shop", "f2", "advertising", "granted", days(1), days(1), device=device()),
        ConsentRecord("shop", "f3", "profiling", "granted", days(1), days(1), customer=shop("3")),
    )
    write_batch(graph, batch("shop", customers=tuple(accounts), consents=consents))
    write_batch(graph, batch("web", sessions=tuple(logins)))

    visit = await session_of(fresh_ask, "web:s3")

    assert [consent["purpose"] for consent in visit["visitor"]["consents"]] == ["profiling"]


async def test_nobody_allows_anything_for_somebody_else_on_the_same_device(graph: Graph, fresh_ask: Ask) -> None:
    tablet, phone = device("tablet"), device("phone")
    logins = [
        session(name, started_at=days(day), device=used, customer=shop(who))
        for name, day, used, who in (("a", 1, tablet, "7"), ("b", 3, tablet, "8"), ("c", 4, phone, "7"))
    ]
    consents = (
        ConsentRecord("shop", "f1", "marketing", "denied", days(2), days(2), customer=shop("7")),
        ConsentRecord("web", "f2", "marketing", "granted", days(3), days(3), device=tablet),
        ConsentRecord("web", "f3", "profiling", "granted", days(1.5), days(1.5), device=tablet),
    )
    people = (customer("shop", "7"), customer("shop", "8"))
    write_batch(graph, batch("shop", customers=people, consents=consents))
    write_batch(graph, batch("web", sessions=tuple(logins)))

    async def allowed(name: str, **at: str) -> list[tuple[str, str]]:
        told = (await fresh_ask(SESSION, id=f"web:{name}", **at))["data"]["session"]["visitor"]["consents"]
        return [(consent["purpose"], consent["state"]) for consent in told]

    for at in ({}, {"asOf": days(5).isoformat()}):
        assert (
            await allowed("a", **at) == await allowed("c", **at) == [("marketing", "denied"), ("profiling", "granted")]
        )
        assert await allowed("b", **at) == [("marketing", "granted")]
    assert await allowed("a", asOf=days(1.6).isoformat()) == [("profiling", "granted")]


async def test_a_grant_is_of_who_logged_in_last_also_where_two_take_turns_in_one_session(
    graph: Graph, fresh_ask: Ask
) -> None:
    tablet = device("tablet")
    turns = [
        session("shared", started_at=minutes(at), ended_at=minutes(60), device=tablet, customer=shop(who))
        for at, who in ((0, "7"), (10, "8"), (20, "7"), (40, "9"), (40, "10"))
    ]
    own = [session(who, started_at=days(1), device=device(f"phone-{who}"), customer=shop(who)) for who in "789"]
    said = (("own", 5), ("between two logins of one", 15), ("of who came back", 25), ("of two at one moment", 45))
    consents = [
        ConsentRecord("web", purpose, purpose, "granted", minutes(at), minutes(at), device=tablet)
        for purpose, at in said
    ]
    people = tuple(customer("shop", who) for who in ("7", "8", "9", "10"))
    write_batch(graph, batch("shop", customers=people, consents=tuple(consents)))
    write_batch(graph, batch("web", sessions=(*turns, *own)))

    async def allowed(who: str, **at: str) -> set[str]:
        told = (await fresh_ask(SESSION, id=f"web:{who}", **at))["data"]["session"]["visitor"]["consents"]
        return {consent["purpose"] for consent in told}

    for at in ({}, {"asOf": days(2).isoformat()}):
        assert [await allowed(who, **at) for who in "789"] == [{"own", "of who came back"}, set[str](), set[str]()]
