"""Schema export: the schema as it is committed in ``api/contract/schema.graphql``, so that a review shows every change.

python -m api.contract.schema_export            writes the file
python -m api.contract.schema_export --check    exits with 1 where it differs
"""

import sys
from pathlib import Path

from api.contract.schema import build_schema

SCHEMA_FILE = Path(__file__).with_name("schema.graphql")


def schema_text() -> str:
    """The schema in GraphQL's own language."""
    return build_schema(fast_execution=True).as_str() + "\n"


def write_schema() -> None:
    """Write ``api/contract/schema.graphql``."""
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")


def schema_is_current() -> bool:
    """True where the committed file is what the code declares."""
    return SCHEMA_FILE.is_file() and SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


if __name__ == "__main__":
    if "--check" not in sys.argv:
        write_schema()
    elif not schema_is_current():
        sys.exit("api/contract/schema.graphql differs from the code. Run `python -m api.contract.schema_export`.")
