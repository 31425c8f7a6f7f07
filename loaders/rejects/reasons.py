"""Reasons of dead letters, from what readers and translations find."""

from loaders.records.findings import Finding
from loaders.rejects.model import Reason, Stage
from loaders.sources.rows import BrokenRow

_NO_OWNER = "no_owner"
_MISSING = "missing_"

REFUSED_BY_DATABASE = Reason(Stage.WRITE, "refused_by_database", "the database does not take it")
"""Of something that was read, and does not fit the database."""


def reason_of(finding: Finding, *, row_rejected: bool) -> Reason:
    """Why a row or a value that was read cannot be used."""
    code = finding.problem.code
    # A row that lacks what it must have is of another form than the mapping says; other values are there, but no good.
    stage = Stage.SCHEMA if code.startswith(_MISSING) or code == _NO_OWNER else Stage.STANDARDISE
    return Reason(stage, code, finding.problem.reason, finding.field, row_rejected)


def reason_of_broken(broken: BrokenRow) -> Reason:
    """Why something could not be read as a row."""
    return Reason(Stage.PARSE, broken.code, broken.reason)
