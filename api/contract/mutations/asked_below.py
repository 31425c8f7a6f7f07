"""What is asked of an outcome, looked at before anything is changed.

A field that refuses its argument takes the whole answer with it: what was decided would look as if it had not been,
and whoever mends the argument and sends it again decides twice.
"""

from api.contract.journeys import require_short
from api.contract.paging import MAX_PAGE, MAX_PART, page_size, position_of
from api.contract.profile_parts import PROFILE_PARTS
from api.execution.context import RequestInfo
from api.execution.selected_arguments import Arguments, arguments_below

_PARTS = frozenset(part.python_name for part in PROFILE_PARTS)


async def require_usable(info: RequestInfo) -> None:
    """Raises InputError, ConfigurationError where an argument below a mutation would be refused later; GraphError."""
    for field, given in arguments_below(info._raw_info):  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        _look_at(field, given)
        if "confidence" in given:
            await info.context.levels.confidence_of(given["confidence"])


def _look_at(field: str, given: Arguments) -> None:
    if "first" in given:
        page_size(given["first"], MAX_PART if field in _PARTS else MAX_PAGE)
    if "after" in given:
        position_of(given["after"])
    if "filter" in given:
        require_short(given["filter"].values())
