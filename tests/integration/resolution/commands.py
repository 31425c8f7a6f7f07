"""Commands as a shell runs them, and what they tell programs."""

import json
from typing import Any

from typer.testing import CliRunner, Result

from api.commands import app


def cdp(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def told(*arguments: str) -> Any:
    result = cdp(*arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
