# The examples of whoever decides, as one story in a company with a model of its own.
from api.examples.reading import example
from tests.integration.api.conftest import Ask

ONE_PERSON = {"left": "crm:3", "right": "shop:3"}
TWO_PEOPLE = {"left": "crm:4", "right": "crm:5"}


async def test_a_pair_is_asked_about_its_question_answered_and_the_answer_sent_again(ask_company: Ask) -> None:
    together = await ask_company(example("ask_why").document, **ONE_PERSON)
    apart = await ask_company(example("ask_why").document, **TWO_PEOPLE)
    assert together["data"]["why"]["__typename"] == "WhyTogether", together
    assert all(step["reason"]["words"] for step in together["data"]["why"]["links"])
    assert apart["data"]["why"]["__typename"] == "NotTogether", apart
    assert apart["data"]["whyNot"]["because"]["words"]

    queue = (await ask_company(example("steward_queue").document))["data"]
    assert "STEWARD" in queue["viewer"]["scopes"]
    assert all(question["why"] for question in queue["reviewQueue"]["nodes"])

    answer = {**ONE_PERSON, "reason": "she called back", "id": "answer-1"}
    answers = [(await ask_company(example("confirm_link").document, **answer))["data"]["confirmLink"] for _ in range(2)]
    assert [found["__typename"] for found in answers] == ["DecisionTaken"] * 2
    assert answers[0]["decision"] == answers[1]["decision"]
