"""Which connector an input needs."""

from pathlib import Path

from graph.errors import SourceReadError
from loaders.connectors.databases import DatabaseConnector
from loaders.connectors.files import FilesConnector, PlainConnector
from loaders.connectors.http import HttpConnector
from loaders.connectors.kafka import KafkaConnector
from loaders.connectors.nats import NatsConnector
from loaders.connectors.protocol import Connector
from loaders.connectors.remote_files import RemoteFilesConnector
from loaders.connectors.s3 import Bucket
from loaders.connectors.sftp import SftpServer
from loaders.connectors.snapshots import SnapshotConnector
from loaders.mappings.model import Location, SourceMapping


def connector_of(mapping: SourceMapping, number: int, folders: tuple[Path, ...]) -> Connector:
    """The connector of an input; relative paths are in ``folders``. Raises SourceReadError where it has none."""
    location, name = mapping.inputs[number].location, mapping.cursor_name(number)
    if location.singer is not None:
        raise SourceReadError("A Singer stream comes on standard input.", "Load it with --singer: tap | cdp load ...")
    if location.dlt is not None:
        raise SourceReadError(
            "A dlt pipeline sends by itself.", "Give it the destination cdp of loaders.connectors.dlt_destination."
        )
    if location.webhook is not None:
        raise SourceReadError("A webhook sends by itself.", "Let cdp serve receive it: CDP_WEBHOOK_MAPPINGS.")
    found = _stream(location, name) or _files(mapping, location, name, folders)
    return found if mapping.inputs[number].snapshot is None else SnapshotConnector(found)


def _stream(location: Location, name: str) -> Connector | None:
    if location.http is not None:
        return HttpConnector(name, location.http)
    if location.kafka is not None:
        return KafkaConnector(name, location.kafka)
    if location.nats is not None:
        return NatsConnector(name, location.nats)
    return None


def _files(mapping: SourceMapping, location: Location, name: str, folders: tuple[Path, ...]) -> Connector:
    if location.s3 is not None:
        return RemoteFilesConnector(name, location, Bucket(location.s3))
    if location.sftp is not None:
        return RemoteFilesConnector(name, location, SftpServer(location.sftp))
    if location.incremental is not None:
        return DatabaseConnector(name, location, location.incremental, folders, mapping.delivered_at)
    if location.once or (location.done and location.once is None):
        return FilesConnector(name, location, folders, mapping.delivered_at)
    return PlainConnector(name, location, folders, mapping.delivered_at)
