# Jitsu's client, which speaks Segment's words to paths of its own.
import subprocess
from pathlib import Path

from graph.connection import Graph
from tests.assertions import edges, nodes
from tests.integration.api.tracking.conftest import JITSU_KEY
from tests.integration.api.tracking.sdks.conftest import HERE
from tests.node import NODE

PATIENCE_S = 120


def test_what_jitsus_client_says_is_in_the_graph(live: Graph, url: str, packages: Path) -> None:
    command = [NODE, str(HERE / "jitsu_client.cjs"), url, JITSU_KEY]
    done = subprocess.run(command, cwd=packages, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert nodes(live, "Interaction", "type", "name", "owner", "amount") == {
        ("page", "Page Viewed", "anonymous_id:jitsu-device", None),
        ("identify", "User Identified", "web:jitsu-user", None),
        ("order", "Order Completed", "web:jitsu-user", 3.0),
        ("group", "Group Joined", "web:jitsu-user", None),
    }
    assert edges(live, "USED") == {("web:jitsu-user", "anonymous_id:jitsu-device")}
    assert edges(live, "HAS_EMAIL") == {("web:jitsu-user", "email:jitsu@example.org")}
