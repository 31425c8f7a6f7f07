"""Progress: the name of each step as it begins; a bar on a terminal, a plain line elsewhere."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console

Progress = Callable[[str], None]

_WORDS = {
    "fetch": "Fetching customers",
    "prepare": "Preparing the table",
    "train": "Training the model",
    "score": "Scoring pairs",
    "cluster": "Clustering",
    "calibrate": "Calibrating confidence",
    "write": "Writing links",
}


def silent(step: str) -> None:
    """Say nothing."""
    del step


@contextmanager
def shown(console: Console) -> Generator[Progress]:
    """A spinner with the current step on a terminal, else one line a step."""
    if not console.is_terminal:
        yield lambda step: console.print(f"{_WORDS.get(step, step)} ...")
        return
    with console.status("Resolving") as status:
        yield lambda step: status.update(_WORDS.get(step, step))
