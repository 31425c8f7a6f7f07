"""Packages of connectors, which only those install who need them."""

from importlib import import_module
from typing import Any

from graph.errors import SourceReadError

_EXTRAS = {
    "psycopg": "postgresql",
    "pymysql": "mysql",
    "obstore": "s3",
    "asyncssh": "sftp",
    "confluent_kafka": "kafka",
    "nats": "nats",
    "dlt": "dlt",
}


def needed(module: str) -> Any:  # noqa: ANN401 -- a module; those of extras have no types here
    """A module of an extra. Raises SourceReadError that names the extra where it is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise missing(error.name or module) from None


def missing(module: str) -> SourceReadError:
    """What to do about a module that is not there."""
    package = module.partition(".")[0].lower()
    extra = _EXTRAS.get(package)
    advice = f"Install the extra: pip install 'identity-cdp[{extra}]'." if extra else "Install it beside this project."
    return SourceReadError(f"The Python package {package} is not installed.", advice)
