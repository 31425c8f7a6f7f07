# Explanations and mutations that are drawn from the schema, in a company of this module's own: whatever is asked and
# decided, nothing fails here. Each has customers of its own, so that their order does not matter. What was decided
# cannot be tried again from the beginning, so an example that fails is not made smaller.
from collections.abc import Generator

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graph.connection import Graph
from resolution.stewards.stewardship import Steward
from tests.integration.api.conftest import Ask
from tests.integration.api.generated import DRAWN, OUTCOME, REFUSALS, Known, drawn
from tests.integration.resolution.company import Company
from tests.integration.resolution.people import NAMES, write_person

EXAMPLES = 15
WITHDRAWN, REASON = "decision-to-withdraw", ["she asked", "same passport", "a son", "by phone"]
# What is known to each field, and what comes of some of its examples.
FIELDS: dict[str, tuple[str, Known, str]] = {
    "why": ("Query", {"left": ["crm:2"], "right": ["email:2"]}, "WhyTogether"),
    "whyNot": ("Query", {"left": ["shop:23", "shop:26"], "right": ["shop:20"]}, "WhyApart"),
    "linkCustomers": ("Mutation", {"customers": ["crm:4", "crm:5"]}, "DecisionTaken"),
    "unlinkCustomers": ("Mutation", {"customers": ["crm:1", "shop:1"], "others": ["email:1"]}, "DecisionTaken"),
    "confirmLink": ("Mutation", {"left": ["crm:2"], "right": ["shop:2", "email:2"]}, "DecisionTaken"),
    "rejectLink": ("Mutation", {"left": ["crm:3"], "right": ["shop:3", "email:3"]}, "DecisionTaken"),
    "splitCluster": ("Mutation", {"sides": ["crm:0", "shop:0", "email:0"]}, "DecisionTaken"),
    "withdrawDecision": ("Mutation", {"decision": [WITHDRAWN]}, "DecisionTaken"),
    "eraseCustomers": ("Mutation", {"customers": ["shop:24", "shop:25"]}, "CustomersErased"),
    "resolveCustomers": ("Mutation", {"customers": ["app:6", "crm:6"]}, "CustomersResolved"),
}


@pytest.fixture(scope="module")
def decided(company: Company) -> Graph:
    """The company with a decision to withdraw, and a customer who waits to be resolved."""
    company.stewards.link_customers(["crm:6", "crm:7"], Steward("ada", "sisters", WITHDRAWN))
    write_person(company.graph, "app", "6", NAMES[6])
    return company.graph


@pytest.fixture
def outcomes(field: str) -> Generator[list[str]]:
    """What came of the examples; some were done."""
    found = list[str]()
    yield found
    assert FIELDS[field][2] in found


def test_every_mutation_is_drawn() -> None:
    assert {field for field, (root, *_) in FIELDS.items() if root == "Mutation"} == set(DRAWN["Mutation"])


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize("field", FIELDS)
@settings(max_examples=EXAMPLES, derandomize=True, database=None, phases=(Phase.generate,))
@given(data=st.data())
async def test_nothing_fails_whatever_is_decided(
    ask_company: Ask, outcomes: list[str], field: str, data: st.DataObject
) -> None:
    root, known, _ = FIELDS[field]
    answer = await ask_company(drawn(root, field, {**known, "reason": REASON}, data))
    codes = {error["extensions"]["code"] for error in answer.get("errors", [])}

    assert codes <= REFUSALS, answer["errors"]
    outcomes.append("+".join(codes) if codes else answer["data"][field][OUTCOME])
