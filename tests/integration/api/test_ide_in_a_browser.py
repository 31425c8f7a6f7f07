# A real browser, because only it shows that the page needs nothing from elsewhere.
import json
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from api.examples.reading import example, read_examples
from api.operation.serving import serving
from graph.address import Address
from tests.asking import API_KEY, keyed_settings
from tests.chromium import Browser, browser, needs_browser

TABS = "[...document.querySelectorAll('.graphiql-tab')].map((tab) => tab.innerText.trim())"
VARIABLES = "document.querySelector('[aria-label=Variables] .CodeMirror').CodeMirror"
RESULT = "document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue() ?? ''"


@needs_browser
def test_the_ide_runs_a_query_without_anything_from_elsewhere(neo4j_address: Address, tmp_path: Path) -> None:
    query = quote("{ confidenceLevels { levels { name } } }")
    with serving(neo4j_address, keyed_settings()) as url, browser(tmp_path) as page:
        page.open_page(f"{url}/?query={query}")
        give_key(page)
        page.wait_for("document.querySelector('.graphiql-execute-button') !== null")
        page.evaluate("document.querySelector('.graphiql-execute-button').click()")
        answer = page.wait_for(f"({RESULT}).includes('EXACT') && ({RESULT})")
        page.evaluate("document.querySelector('[aria-label=\"Show Documentation Explorer\"]').click()")
        page.wait_for("document.body.innerText.includes('AmbiguousIdentity')")

    assert "EXACT" in answer
    hosts = {urlsplit(asked).netloc for asked in page.requested if not asked.startswith("data:")}
    assert hosts == {urlsplit(url).netloc}
    # Before the key there was no schema to show.
    assert [said for said in page.complaints if "401" not in said] == []
    assert not [asked for asked in page.requested if API_KEY in asked]


@needs_browser
@pytest.mark.usefixtures("anna")
def test_the_examples_are_tabs_that_answer(neo4j_address: Address, tmp_path: Path) -> None:
    with serving(neo4j_address, keyed_settings()) as url, browser(tmp_path) as page:
        page.open_page(url)
        # As long as a person takes: by then the editor has written down its tabs, without what they were opened with.
        page.wait_for("localStorage.getItem('graphiql:tabState')")
        give_key(page)
        page.wait_for("document.querySelector('.graphiql-execute-button') !== null")
        tabs = page.evaluate(TABS)
        given = page.wait_for(f"{VARIABLES}.getValue()")
        page.evaluate(f"{VARIABLES}.setValue('{json.dumps({'phone': '+49 431 55501'})}')")
        page.evaluate("document.querySelector('.graphiql-execute-button').click()")
        answer = page.wait_for(f"({RESULT}).includes('familyName') && ({RESULT})")

    assert tabs == [part.name.title().replace("_", "") for part in read_examples()]
    assert json.loads(given) == example("agent_screen").variables
    assert json.loads(answer)["data"]["profile"]["familyName"] == {"value": "Ilg"}


def give_key(page: Browser) -> None:
    """What a developer does once: the page begins anew with the key."""
    page.wait_for("document.getElementById('key')?.placeholder")
    page.evaluate(f"document.getElementById('key').value = '{API_KEY}'")
    # The click comes after the answer: it leaves the page.
    page.evaluate("window.beforeTheKey = true; setTimeout(() => document.querySelector('#key-form button').click())")
    page.wait_for("window.beforeTheKey === undefined")
