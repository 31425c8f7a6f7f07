"""The release: which version of this project runs."""

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "identity-cdp"


def release() -> str:
    """Its version."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "from source"
