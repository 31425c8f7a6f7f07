"""After changes: what is read of a past time is what was read then, and decisions are reasons."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

from graph.records import ConsentRecord, CustomerRef
from graph.writing import write_batch
from resolution.explanation.why_not import NotResolved, Parted
from tests.factories import batch, crm, days, device, interaction, session, shop
from tests.integration.api.conftest import Ask
from tests.integration.api.contract.identity.operations import PROFILE, SEARCH, SESSION, WHY, WHY_NOT, data
from tests.integration.resolution.company import ADA, Company
from tests.integration.resolution.people import NAMES, write_person

TEXTS = ("crm:4", "shop:22", "lea.brandt@example.org", "kern", "zoe")
REASON = "reason { decision { key } link { left right confidence evidence { comparison matchWeight } } }"
WHY_THEN = f"""
query ($left: ID!, $right: ID!, $asOf: DateTime) {{
  why(left: $left, right: $right, asOf: $asOf) {{
    __typename
    ... on WhyTogether {{ asOf confidence members links {{ place {REASON} }} }}
  }}
}}
"""
HOW_THEN = f"""
query ($by: ProfileBy!, $asOf: DateTime) {{
  how(by: $by, asOf: $asOf) {{
    __typename
    ... on HowBuilt {{ asOf confidence members steps {{ number leftGroup rightGroup {REASON} }} }}
  }}
}}
"""
KEYS = ("crm:0", "shop:0", "email:0", "crm:1", "shop:26", "app:0")


def now() -> datetime:
    """A moment that nothing that follows shares a millisecond with."""
    at = datetime.now(UTC)
    sleep(0.002)
    return at


async def snapshot(ask: Ask, at: datetime | None, confidence: str = "DEFAULT") -> dict[str, Any]:
    """Of each customer: who is one person with it, by which links of the forest, under which id."""
    found: dict[str, Any] = {}
    for key in KEYS:
        asked = at.isoformat() if at else None
        profile = await data(ask, PROFILE, by={"customer": key}, confidence=confidence, asOf=asked)
        if profile["__typename"] == "UnknownIdentity":
            found[key] = profile["reason"]
            continue
        assert (profile["asOf"] is None) == (at is None)
        links = [link for link in profile["links"] if link["confidence"] is not None]
        found[key] = (profile["id"], profile["confidence"], profile["customers"], links)
    return found


async def test_any_time_is_read_as_it_was(company: Company, ask_company: Ask) -> None:
    def arrive() -> None:
        write_person(company.graph, "app", "0", NAMES[0])
        company.resolve()

    rejected: list[str] = []
    steps: tuple[Callable[[], object], ...] = (
        lambda: rejected.append(company.stewards.reject_link("crm:0", "shop:0", ADA).decision),
        lambda: company.stewards.link_customers(["crm:1", "shop:26"], ADA),
        lambda: company.stewards.withdraw(rejected[0], ADA),
        arrive,
    )
    times, snapshots = [now()], [await snapshot(ask_company, None)]
    for step in steps:
        step()
        times.append(now())
        snapshots.append(await snapshot(ask_company, None))

    assert len({str(found) for found in snapshots}) == len(snapshots)
    for at, then in zip(times, snapshots, strict=True):
        expected = then if isinstance(then["app:0"], tuple) else {**then, "app:0": not_yet()}
        assert await snapshot(ask_company, at) == expected


def not_yet() -> str:
    return "No customer that is known by this customer had been resolved at that time."


async def test_who_never_was_there_was_not_there_at_a_time_either(company: Company, ask_company: Ask) -> None:
    del company
    for key in ("", "crm:nobody"):
        found = await data(ask_company, PROFILE, by={"customer": key}, asOf=now().isoformat())
        assert found["reason"] == not_yet()


async def test_an_old_profile_id_leads_to_who_it_was(company: Company, ask_company: Ask) -> None:
    before = now()
    mine = await data(ask_company, PROFILE, by={"customer": "crm:2"})
    other = await data(ask_company, PROFILE, by={"customer": "crm:3"})
    company.stewards.link_customers(["crm:2", "crm:3"], ADA)

    today = [await data(ask_company, PROFILE, by={"id": found["id"]}) for found in (mine, other)]
    then = [
        await data(ask_company, PROFILE, by={"id": found["id"]}, asOf=before.isoformat()) for found in (mine, other)
    ]

    assert sorted(found["__typename"] for found in today) == ["MergedProfile", "Profile"]
    assert [(found["__typename"], found["customers"]) for found in then] == [
        ("Profile", mine["customers"]),
        ("Profile", other["customers"]),
    ]


async def test_a_person_of_two_times_is_two_profiles_of_one_answer(company: Company, ask_company: Ask) -> None:
    before = now()
    company.stewards.unlink_customers(["email:1"], ADA)
    both = """
        query ($at: DateTime) {
          then: profile(by: { customer: "shop:1" }, asOf: $at) { ... on Profile { customers { key } } }
          today: profile(by: { customer: "shop:1" }) { ... on Profile { customers { key } } }
        }
    """
    found = (await ask_company(both, at=before.isoformat()))["data"]

    assert {"key": "email:1"} in found["then"]["customers"]
    assert {"key": "email:1"} not in found["today"]["customers"]


async def test_what_cannot_be_asked_is_refused(company: Company, ask_company: Ask) -> None:
    del company
    tomorrow = (now() + timedelta(days=1)).isoformat()
    for asked, confidence in ((tomorrow, None), ("2026-01-01", None), (now().isoformat(), "SURELY")):
        body = await ask_company(PROFILE, by={"customer": "crm:0"}, asOf=asked, confidence=confidence)
        assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    before = (now() - timedelta(days=400)).isoformat()
    assert (await data(ask_company, PROFILE, by={"customer": "crm:0"}, asOf=before))["reason"] == not_yet()


# --- reasons that something has to happen for ------------------------------------------------------------------------


async def test_who_waits_for_a_resolution_says_so(company: Company, ask_company: Ask) -> None:
    call = interaction("c1", "call_centre", customer=crm("named"), name="Call Started")
    write_batch(company.graph, batch("call_centre", interactions=(call,)))

    expected = company.why_not("crm:0", "crm:named").reason
    found = (await data(ask_company, WHY_NOT, left="crm:0", right="crm:named"))["because"]

    assert isinstance(expected, NotResolved)
    assert (found["waiting"], found["notArrived"]) == (list(expected.waiting), list(expected.not_arrived))
    assert (found["code"], found["notArrived"]) == ("NOT_RESOLVED", ["crm:named"])


async def test_a_steward_s_decision_says_who_and_when(company: Company, ask_company: Ask) -> None:
    key = company.stewards.reject_link("crm:3", "shop:3", ADA).decision
    company.stewards.link_customers(["crm:2", "shop:24"], ADA)

    expected = company.why_not("crm:3", "shop:3").reason
    found = (await data(ask_company, WHY_NOT, left="crm:3", right="shop:3"))["because"]
    linked = await data(ask_company, WHY, left="crm:2", right="shop:24", confidence="EXACT")

    assert isinstance(expected, Parted)
    assert (found["code"], found["pair"]) == ("REJECTED_BY_STEWARD", list(expected.pair))
    assert (found["decision"]["key"], found["decision"]["actor"]) == (key, "ada")
    assert found["decision"]["reason"] == ADA.reason
    (step,) = linked["links"]
    assert (step["reason"]["link"]["method"], step["reason"]["words"]) == ("steward", "a steward's decision")
    assert (step["reason"]["decision"]["action"], step["isBridge"]) == ("link", True)


# --- sessions and searches of a past time ----------------------------------------------------------------------------


def visit(company: Company, name: str, who: CustomerRef | None = None, place: str = "d1") -> None:
    """Somebody comes now."""
    seen = session(name, started_at=now(), device=device(place), customer=who)
    write_batch(company.graph, batch("web", sessions=(seen,)))


def call(company: Company, name: str) -> None:
    said = interaction(name, "call_centre", at=now(), customer=crm("6"), name=f"Call {name.title()}")
    consent = ConsentRecord("crm", name, "marketing", "granted", said.at, said.at, customer=crm("6"))
    write_batch(company.graph, batch("call_centre", interactions=(said,)))
    write_batch(company.graph, batch("crm", consents=(consent,)))


def without_time(found: Any, at: datetime | None) -> Any:
    """An answer without the time that was asked for, which every part of it repeats."""
    if isinstance(found, list):
        return [without_time(part, at) for part in found]
    if not isinstance(found, dict):
        return found
    assert (found.get("asOf") is None) == (at is None or "asOf" not in found)
    return {name: without_time(part, at) for name, part in found.items() if name != "asOf"}


async def sessions(ask: Ask, at: datetime | None) -> dict[str, Any]:
    asked = {
        name: await data(ask, SESSION, id=f"web:{name}", asOf=at and at.isoformat()) for name in ("s1", "s2", "s3")
    }
    return without_time({key: None if "level" not in found else found for key, found in asked.items()}, at)


async def searches(ask: Ask, at: datetime | None) -> dict[str, Any]:
    asked = {text: await data(ask, SEARCH, text=text, asOf=at and at.isoformat()) for text in TEXTS}
    return without_time(asked, at)


async def test_a_session_of_any_time_is_whose_it_was(company: Company, ask_company: Ask) -> None:
    steps: tuple[Callable[[], object], ...] = (
        lambda: visit(company, "s1"),
        lambda: visit(company, "s2", crm("6")),
        lambda: call(company, "one"),
        lambda: visit(company, "s3"),
        lambda: company.stewards.link_customers(["crm:5", "crm:6"], ADA),
        lambda: call(company, "two"),
        lambda: visit(company, "s4", crm("7")),
    )
    times, then = [now()], [await sessions(ask_company, None)]
    for step in steps:
        step()
        times.append(now())
        then.append(await sessions(ask_company, None))

    assert len({str(found) for found in then}) == len(then)
    assert [found["s1"] and found["s1"]["__typename"] for found in then] == [
        None, "AnonymousSession", *["RecognisedSession"] * 5, "AnonymousSession"
    ]  # fmt: skip
    assert [await sessions(ask_company, at) for at in times] == then


async def test_a_search_of_any_time_finds_who_was_one_person(company: Company, ask_company: Ask) -> None:
    def arrive() -> None:
        write_person(company.graph, "app", "4", NAMES[4])
        company.resolve()

    steps: tuple[Callable[[], object], ...] = (
        lambda: company.stewards.link_customers(["crm:7", "shop:25"], ADA),
        lambda: company.stewards.link_customers(["crm:4", "shop:22"], ADA),
        arrive,
    )
    before, times, then = now(), list[datetime](), list[Any]()
    for step in (lambda: None, *steps):
        step()
        times.append(now())
        then.append(await searches(ask_company, None))

    assert len({str(found) for found in then}) == len(then)
    assert [await searches(ask_company, at) for at in times] == then
    assert await data(ask_company, SEARCH, text="app:4", asOf=before.isoformat()) == []
    assert await data(ask_company, SEARCH, text="anna", asOf=days(-400).isoformat()) == []


async def test_who_was_not_resolved_yet_has_a_session_and_no_profile(company: Company, ask_company: Ask) -> None:
    write_person(company.graph, "shop", "late", "Bo Late")
    visit(company, "late", shop("late"), "d2")
    waiting = now()
    company.resolve()

    then = await data(ask_company, SESSION, id="web:late", asOf=waiting.isoformat())
    today = await data(ask_company, SESSION, id="web:late")

    assert (then["customer"], then["profile"]) == ("shop:late", None)
    assert then["visitor"]["id"] == today["visitor"]["id"]
    assert today["profile"]["customers"] == [{"key": "shop:late"}]


async def test_what_held_people_together_is_told_as_it_was(company: Company, ask_company: Ask) -> None:
    async def explained(at: str | None = None) -> list[Any]:
        why = await data(ask_company, WHY_THEN, left="crm:5", right="shop:24", asOf=at)
        how = await data(ask_company, HOW_THEN, by={"customer": "shop:24"}, asOf=at)
        return [{**found, "asOf": None} for found in (why, how)]

    decision = company.stewards.link_customers(["crm:5", "shop:24"], ADA).decision
    before, then = now(), await explained()
    company.stewards.withdraw(decision, ADA)

    assert [found["__typename"] for found in then] == ["WhyTogether", "HowBuilt"]
    assert then[0]["links"][0]["reason"]["decision"]["key"] == decision
    assert [found["__typename"] for found in await explained()] == ["NotTogether", "HowBuilt"]
    assert await explained(before.isoformat()) == then
    never = await data(ask_company, WHY_THEN, left="crm:5", right="shop:24", asOf="2020-01-01T00:00:00Z")
    assert never["__typename"] == "NotTogether"


async def test_what_held_people_apart_is_told_as_it_was(company: Company, ask_company: Ask) -> None:
    async def because(left: str, right: str, at: datetime, **asked: str) -> Any:
        found = await data(ask_company, WHY_NOT, left=left, right=right, asOf=at.isoformat(), **asked)
        assert datetime.fromisoformat(found["asOf"]) == at
        return found["because"]

    before = now()
    decision = company.stewards.reject_link("crm:0", "shop:0", ADA).decision
    rejected = now()
    company.stewards.withdraw(decision, ADA)

    then = await because("crm:0", "shop:0", rejected)
    assert (then["code"], then["decision"]["key"]) == ("REJECTED_BY_STEWARD", decision)
    assert (await because("crm:0", "shop:0", before))["code"] == "TOGETHER"
    apart = await because("crm:0", "shop:0", before, confidence="EXACT")
    assert (apart["__typename"], apart["code"], apart["leftGroup"]) == ("HeldApartThen", "HELD_APART", ["crm:0"])
    assert apart["togetherAt"] == (await because("crm:0", "shop:0", before))["togetherAt"]
    strongest = apart["strongestLink"]
    assert (apart["links"], strongest["link"]["left"], strongest["link"]["right"]) == (1, "crm:0", "shop:0")
    assert any(finding["words"].startswith("birth date: equal") for finding in strongest["findings"])
    assert (await because("crm:1", "shop:25", before))["code"] == "NOT_LINKED"
    assert (await because("crm:1", "shop:1", datetime(2020, 1, 1, tzinfo=UTC)))["code"] == "NOT_RESOLVED"
