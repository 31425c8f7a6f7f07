# What the container is built from fits to what is tested.
import re
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
FLOORS = ("cypher", "graph", "loaders", "resolution", "api")


def pinned(name: str) -> dict[str, set[str]]:
    """Package -> versions of a lock file; another platform may have another version."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / name).read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(package), set()).add(version)
    return found


def test_the_packages_of_the_container_are_those_that_are_tested() -> None:
    container, tested = pinned("requirements-api.lock"), pinned("requirements.lock")

    assert {name for name in container.keys() & tested.keys() if container[name] != tested[name]} == set()


def test_the_container_has_everything_that_the_project_asks_for() -> None:
    project = (ROOT / "pyproject.toml").read_text().split("dependencies = [", 1)[1].split("\n]", 1)[0]
    asked = {canonicalize_name(Requirement(text).name) for text in re.findall(r'^  "(.+?)",', project, re.MULTILINE)}

    assert asked <= pinned("requirements-api.lock").keys()


def test_the_image_is_pinned_and_runs_as_nobody_in_particular() -> None:
    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.11\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)
    assert "\nUSER cdp\n" in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE
    assert all(f"\nCOPY {floor} {floor}\n" in DOCKERFILE for floor in FLOORS)


def test_what_is_copied_is_not_ignored() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)

    assert {name for names in copied for name in names.split()} == kept


def test_the_compose_file_starts_the_api_only_when_it_is_asked_for() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.neo4j.yml").read_text())["services"]

    assert services["api"]["profiles"] == ["api"]
    assert services["api"]["depends_on"]["neo4j"]["condition"] == "service_healthy"
    assert all(port.startswith("127.0.0.1:") for service in services.values() for port in service["ports"])
