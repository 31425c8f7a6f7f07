# The TypeScript client as a front end has it: generated from the examples, compiled, and run in Node.js.
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from api.contract.schema_export import SCHEMA_FILE
from api.examples.reading import FOLDER
from api.operation.serving import serving
from graph.address import Address
from tests.asking import API_KEY, keyed_settings
from tests.node import ENVIRONMENT, NODE, packages_or_skip

CLIENT = FOLDER / "typescript"
GENERATED = ("operations.ts", "enums.ts")
RENEW = "Run `npm ci` and `npm run generate` in api/examples/typescript, and see what of it a client notices."


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the client with its packages, in a copy of the tree around it."""
    api = tmp_path_factory.mktemp("client") / "api"
    shutil.copytree(FOLDER, api / "examples", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    (api / "contract").mkdir()
    shutil.copy(SCHEMA_FILE, api / "contract")
    copied = api / "examples" / "typescript"
    (copied / "node_modules").symlink_to(packages_or_skip(CLIENT) / "node_modules")
    return copied


@pytest.fixture(scope="module")
def url(neo4j_address: Address, anna: object) -> Generator[str]:
    del anna
    with serving(neo4j_address, keyed_settings()) as url:
        yield f"{url}/graphql"


def ran(client: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [NODE, *command], cwd=client, env={**ENVIRONMENT, **environment},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_committed_types_are_those_of_the_schema_and_the_examples(client: Path) -> None:
    generated = ran(client, "node_modules/.bin/graphql-codegen")

    assert generated.returncode == 0, generated.stdout + generated.stderr
    for name in GENERATED:
        assert (client / "src" / name).read_text() == (CLIENT / "src" / name).read_text(), RENEW


def test_the_client_compiles_and_a_wrong_field_or_variable_does_not(client: Path) -> None:
    wrong = client / "src" / "wrong.ts"
    assert ran(client, "node_modules/.bin/tsc").stdout == ""
    wrong.write_text(
        'import { Client } from "./client.ts";\n'
        'import { AgentScreenDocument } from "./operations.ts";\n'
        'const answer = await new Client({ url: "" }).ask(AgentScreenDocument, { telephone: "1" });\n'
        "console.log(answer.profile.journey);\n"
    )
    complaints = ran(client, "node_modules/.bin/tsc").stdout
    wrong.unlink()

    assert "'telephone' does not exist" in complaints
    assert "'journey' does not exist" in complaints


def test_the_client_is_answered(client: Path, url: str) -> None:
    shown = ran(client, "src/agent_screen.ts", url, "+49 431 55501", CDP_API_KEY=API_KEY)

    assert shown.stderr == ""
    lines = shown.stdout.splitlines()
    assert lines[:2] == ["Anna Ilg, Kiel", "marketing by email: granted"]
    assert lines[3] == "2026-03-02T12:00:00+00:00 call_centre Call Started"


def test_the_client_tells_the_code_and_the_request_of_a_refusal(client: Path, url: str) -> None:
    refused = ran(client, "src/agent_screen.ts", url, "+49 431 55501", CDP_API_KEY="wrong")

    assert refused.returncode == 1
    assert refused.stderr.startswith("UNAUTHENTICATED: ")
    assert "Request undefined" not in refused.stderr


def test_a_question_is_given_up_by_its_signal(client: Path, url: str) -> None:
    script = """
        import { Client } from "./src/client.ts";
        import { AgentScreenDocument } from "./src/operations.ts";
        const client = new Client({ url: process.argv[1], key: process.env.CDP_API_KEY });
        const asked = client.ask(AgentScreenDocument, { phone: "+49" }, AbortSignal.abort("not needed any more"));
        console.log(await asked.catch((reason) => reason));
    """
    told = ran(client, "--input-type=module-typescript", "-e", script, url, CDP_API_KEY=API_KEY)

    assert told.stdout == "not needed any more\n", told.stderr
