"""Renews the list of pinned jars: ``python -m graph.embedded.pinning``.

To move to another Neo4j 5.26 patch, change ``REQUESTED``, run the module, read the difference of ``artifacts.json`` and
run the integration tests. Only the descriptions of the packages are downloaded; the jars come at the first start.
"""

import dataclasses
import json
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import requests
from jgo.constants import MAVEN_CENTRAL_URL, default_maven_repo
from jgo.maven import Dependency, MavenContext, PythonResolver
from jgo.parse import Coordinate

from graph.embedded.artifacts import ARTIFACTS_FILE, Artifact

REQUESTED = (
    "org.neo4j:neo4j:5.26.29",
    "org.neo4j.app:neo4j-server:5.26.29",
    "org.neo4j.client:neo4j-browser:5.24.0",
)
_TIMEOUT_S = 60


def resolve_artifacts() -> list[Artifact]:
    """Every jar that the requested ones need at run time, with size and checksum as the repository states them."""
    dependencies = _resolve_dependencies()
    with requests.Session() as session, ThreadPoolExecutor(8) as pool:
        return sorted(pool.map(partial(_describe, session), dependencies), key=lambda one: one.coordinate)


def _resolve_dependencies() -> list[Dependency]:
    context = MavenContext(
        resolver=PythonResolver(),
        repo_cache=default_maven_repo(),
        remote_repos={"central": MAVEN_CENTRAL_URL},
        timeout=_TIMEOUT_S,
    )
    asked = [dataclasses.replace(Coordinate.parse(text), scope="compile") for text in REQUESTED]
    direct, transitive = context.resolver.resolve([context.create_dependency(one) for one in asked])
    return [*direct, *filter(_is_needed, transitive)]


def _is_needed(dependency: Dependency) -> bool:
    # A dependency on a "pom" (arrow-bom) is a list of versions; what it lists is resolved on its own.
    return dependency.scope in {"compile", "runtime"} and dependency.artifact.packaging != "pom"


def _describe(session: requests.Session, dependency: Dependency) -> Artifact:
    artifact = dependency.artifact
    path = f"{artifact.component.path_prefix.as_posix()}/{artifact.filename}"
    address = f"{MAVEN_CENTRAL_URL}/{path}"
    checksum = session.get(f"{address}.sha1", timeout=_TIMEOUT_S)
    checksum.raise_for_status()
    head = session.head(address, timeout=_TIMEOUT_S)
    head.raise_for_status()
    names = [artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier]
    return Artifact(
        coordinate=":".join(name for name in names if name),
        path=path,
        sha1=checksum.text.split()[0].lower(),
        size=int(head.headers["Content-Length"]),
    )


def write_artifacts(artifacts: Iterable[Artifact], file: Path) -> None:
    """Write the list, one jar a line, so that a renewal can be read as a difference."""
    lines = ",\n".join("    " + json.dumps(dataclasses.asdict(artifact)) for artifact in artifacts)
    file.write_text(
        f'{{\n  "requested": {json.dumps(REQUESTED)},\n  "artifacts": [\n{lines}\n  ]\n}}\n', encoding="utf-8"
    )


def main() -> None:
    """Resolve and write the list beside this module."""
    artifacts = resolve_artifacts()
    file = Path(__file__).with_name(ARTIFACTS_FILE)
    write_artifacts(artifacts, file)
    size = sum(artifact.size for artifact in artifacts) / 1e6
    sys.stdout.write(f"{len(artifacts)} jars, {size:.0f} MB, written to {file}\n")


if __name__ == "__main__":
    main()
