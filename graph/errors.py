"""The tree of errors.

Every error says what was wrong, where, and what to do next. None carries a personal value.

    CdpError
    ├── ConfigurationError        a setting or an option that cannot be used
    ├── EmbeddedServerError       the embedded Neo4j could not be installed, started or stopped
    │   ├── DownloadError         an artifact could not be fetched or did not match its checksum
    │   ├── StorageError          a folder cannot be written, or the disk is full
    │   ├── PortInUseError        another program listens on the port
    │   ├── ServerExitedError     the server process ended on its own
    │   └── BackupError           a backup is damaged, incomplete or of another release
    ├── GraphError                the database refused or could not be reached
    │   ├── GraphUnavailableError nothing answers, or the credentials are wrong
    │   ├── ReadTimeoutError      a read took longer than its limit
    │   └── WriteConflictError    a batch met deadlocks until its time was up; nothing of it was kept
    ├── InputError                something that was read cannot be used
    │   ├── MappingError          a mapping file is wrong (file, line, field)
    │   ├── SourceReadError       a file, table or format cannot be read
    │   ├── UnknownSourceError    a source that was never given a write key
    │   ├── TooManyRejectionsError too large a part of a file was rejected; nothing of it was kept
    │   └── SuspiciousSnapshotError a snapshot is empty or lost too many customers; nothing of it was kept
    ├── AccessError               somebody who is not known, or may not do this
    │   ├── ForbiddenError        a scope is missing
    │   ├── UnauthenticatedError  nobody is known by the key or token that was sent
    │   ├── UncheckedError        a key or token cannot be checked now
    │   ├── UnknownKeyError       an API key that is not there
    │   ├── UntrustedDocumentError a document that is none of the trusted ones
    │   ├── RateLimitedError      an actor asks for too much in too short a time
    │   └── SubscriptionError     a subscription cannot begin or go on here
    ├── LocalStoreError           a store on this machine (rejected rows, deliveries, audit log) cannot be used
    │   ├── UnknownDeadLetterError a rejected row that is not there
    │   └── AuditError            the audit log cannot be written or read
    └── ResolutionError           scoring or clustering cannot go on
        ├── ModelError            a model version is unknown, damaged or of another release
        ├── NothingResolvedError  there was no resolution yet
        ├── UnknownCustomerError  a customer, link or decision that is not there
        │   ├── NotTogetherError  two customers that are not one person
        │   ├── UnknownLinkError  a pair that was never compared
        │   └── UnknownDecisionError  a decision that is not in force
        ├── ConflictingDecisionError  a decision that contradicts one that is in force
        ├── ClosedRunError        a run that was closed already
        └── BusyError             somebody else is writing, mostly another resolution
            └── UnfinishedRunError a run over everything was interrupted, and the next has to repair what it left
"""

from collections.abc import Mapping


class CdpError(Exception):
    """Base of all our errors: one sentence of what is wrong and one of what to do."""

    exit_code = 1

    def __init__(self, problem: str, advice: str) -> None:
        self.problem = problem
        self.advice = advice
        super().__init__(f"{problem} {advice}".strip())

    def __reduce__(self) -> "tuple[object, ...]":
        """Another process gets it as it is: some classes take other facts than their text."""
        return _as_it_was, (type(self), self.args, vars(self))


def _as_it_was(kind: type[CdpError], args: tuple[str], facts: Mapping[str, object]) -> CdpError:
    error = kind.__new__(kind, *args)
    vars(error).update(facts)
    return error


def reason_of(error: Exception) -> str:
    """Why a file could not be used, in words that a person knows, and never what stands in it."""
    if isinstance(error, UnicodeError):
        return "not UTF-8"
    return getattr(error, "strerror", None) or type(error).__name__


class ConfigurationError(CdpError):
    """A setting or an option that cannot be used."""

    exit_code = 2


class EmbeddedServerError(CdpError):
    """The embedded Neo4j could not be installed, started or stopped."""

    exit_code = 3


class DownloadError(EmbeddedServerError):
    """An artifact could not be fetched or did not match its checksum."""


class StorageError(EmbeddedServerError):
    """A folder cannot be written, or the disk is full."""


class PortInUseError(EmbeddedServerError):
    """Another program listens on the port."""


class ServerExitedError(EmbeddedServerError):
    """The server process ended on its own."""


class BackupError(EmbeddedServerError):
    """A backup is damaged, incomplete or of another release; nothing was changed."""


class GraphError(CdpError):
    """The database refused or could not be reached."""

    exit_code = 4


class GraphUnavailableError(GraphError):
    """Nothing answers, or the credentials are wrong."""


class ReadTimeoutError(GraphError):
    """A read took longer than its limit."""


class WriteConflictError(GraphError):
    """A batch met deadlocks until its time was up; nothing of it was kept, and it can be sent again."""


class InputError(CdpError):
    """Something that was read cannot be used."""

    exit_code = 5


class MappingError(InputError):
    """A mapping file is wrong: says the file, the line and the field."""

    def __init__(self, file: str, line: int | None, field: str, problem: str, advice: str) -> None:
        self.file, self.line, self.field = file, line, field
        where = f"{file}:{line}" if line is not None else file
        super().__init__(f"{where}: {field or 'the mapping'}: {problem}", advice)


class SourceReadError(InputError):
    """A file, table or format cannot be read."""


class UnknownSourceError(InputError):
    """A source that was never given a write key."""


class TooManyRejectionsError(InputError):
    """Too large a part of a file was rejected; nothing of that file was kept."""


class SuspiciousSnapshotError(InputError):
    """A full snapshot is empty or lost too large a share of its customers; nothing of it was kept."""

    def __init__(self, name: str, lost: int, held: int, max_lost: float) -> None:
        self.lost, self.held = lost, held
        what = f"lost {lost:,} of its {held:,} customers ({lost / held:.0%})" if lost else "is empty"
        advice = f"If it is right, allow it once with --max-lost 1; more than {max_lost:.0%} are not lost unseen."
        super().__init__(f"{name}: the snapshot {what}. Nothing of it was kept.", advice)


class AccessError(CdpError):
    """Somebody who is not known, or who may not do this."""

    exit_code = 8


class ForbiddenError(AccessError):
    """A scope is missing."""


class UnauthenticatedError(AccessError):
    """Nobody is known by the key or token that was sent, or it counts no more."""


class UncheckedError(AccessError):
    """A key or token cannot be checked now: the database or the identity provider is away."""


class UnknownKeyError(AccessError):
    """An API key that is not there, or was revoked."""


class UntrustedDocumentError(AccessError):
    """A document that is none of the trusted ones, where only these are answered."""


class RateLimitedError(AccessError):
    """An actor asks for too much in too short a time. ``retry_after_s``: seconds until it can ask again."""

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__("You have asked for too much in a short time.", f"Ask again in {retry_after_s} s.")


class SubscriptionError(AccessError):
    """A subscription cannot begin or go on here; it can elsewhere, or later."""


class LocalStoreError(CdpError):
    """A store on this machine, of rejected rows, deliveries or the audit log, cannot be opened, read or written."""

    exit_code = 7


class UnknownDeadLetterError(LocalStoreError):
    """A rejected row that is not there."""


class AuditError(LocalStoreError):
    """The audit log cannot be written or read."""


class ResolutionError(CdpError):
    """Scoring or clustering cannot go on."""

    exit_code = 6


class ModelError(ResolutionError):
    """A model version is unknown, damaged or of another release."""


class UnknownCustomerError(ResolutionError):
    """A customer, link or decision that is not there."""


class NothingResolvedError(ResolutionError):
    """There was no resolution yet."""

    def __init__(self) -> None:
        super().__init__("Nothing has been resolved yet.", "Run first: cdp resolve.")


class NotTogetherError(UnknownCustomerError):
    """Two customers that are not one person at a confidence."""


class UnknownLinkError(UnknownCustomerError):
    """A pair that was never compared."""


class UnknownDecisionError(UnknownCustomerError):
    """A decision that is not in force."""


class ConflictingDecisionError(ResolutionError):
    """A decision that contradicts some that are in force, ``decisions``; nothing was written."""

    def __init__(self, problem: str, advice: str, decisions: tuple[str, ...] = ()) -> None:
        self.decisions = decisions
        super().__init__(problem, advice)


class ClosedRunError(ResolutionError):
    """A run that was closed already cannot be written again; nothing of it was kept."""


class BusyError(ResolutionError):
    """Another resolution is writing; this one can be tried again."""


class UnfinishedRunError(BusyError):
    """A run over everything was interrupted: half of the links may be those of another model."""

    def __init__(self) -> None:
        super().__init__("A run over everything was interrupted.", "Repair what it left: cdp resolve.")
