"""The pinned jars of the server and of Neo4j Browser: a list made by ``python -m graph.embedded.pinning``."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

ARTIFACTS_FILE = "artifacts.json"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One jar: ``path`` is below any Maven repository, ``size`` is in bytes."""

    coordinate: str
    path: str
    sha1: str
    size: int

    @property
    def filename(self) -> str:
        """Name of the jar in the lib folder; unique in the list."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True, slots=True)
class ArtifactList:
    """What was asked for, and every jar that it needs."""

    requested: tuple[str, ...]
    artifacts: tuple[Artifact, ...]

    @property
    def version(self) -> str:
        """Version of the server."""
        return self.requested[0].split(":")[2]

    @property
    def size(self) -> int:
        """Bytes of all jars."""
        return sum(artifact.size for artifact in self.artifacts)

    @property
    def digest(self) -> str:
        """Short name of exactly these jars; another list gets another folder."""
        content = "".join(f"{artifact.filename} {artifact.sha1}\n" for artifact in self.artifacts)
        return hashlib.sha256(content.encode()).hexdigest()[:8]


@cache
def pinned_artifacts() -> ArtifactList:
    """The committed list."""
    content = json.loads(files("graph.embedded").joinpath(ARTIFACTS_FILE).read_text(encoding="utf-8"))
    artifacts = tuple(Artifact(**entry) for entry in content["artifacts"])
    return ArtifactList(requested=tuple(content["requested"]), artifacts=artifacts)
