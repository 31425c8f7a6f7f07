"""After changes: a profile of a past time is the profile that was read then, and decisions are reasons."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

from graph.writing import write_batch
from resolution.explanation.why_not import NotResolved, Parted
from tests.factories import batch, crm, interaction
from tests.integration.api.conftest import Ask
from tests.integration.api.contract.identity.operations import PROFILE, WHY, WHY_NOT, data
from tests.integration.resolution.company import ADA, Company
from tests.integration.resolution.people import NAMES, write_person

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
