"""Progress: the name of each step as it begins; a bar on a terminal, a plain line elsewhere."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from rich.console import Console

Progress = Callable[[str], None]

_WORDS = {
    "start": "Starting a database of its own",
    "load": "Loading the records",
    "fetch": "Fetching customers",
    "prepare": "Preparing the table",
    "train": "Training the model",
    "block": "Choosing the pairs to compare",
    "score": "Scoring pairs",
    "cluster": "Clustering",
    "calibrate": "Calibrating confidence",
    "increment": "Resolving what has changed",
    "write": "Writing links",
    "charts": "Drawing charts",
    "evaluate": "Comparing with the truth",
}


def silent(step: str) -> None:
    """Say nothing."""
    del step


@dataclass(slots=True)
class Clock:
    """Seconds of each step, told as they begin; a step that is entered again adds to its time."""

    progress: Progress = silent
    durations: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def step(self, name: str) -> Generator[None]:
        """Time what is done inside."""
        self.progress(name)
        started = perf_counter()
        yield
        self.durations[name] = round(self.durations.get(name, 0.0) + perf_counter() - started, 3)


@contextmanager
def shown(console: Console) -> Generator[Progress]:
    """A spinner with the current step on a terminal, else one line a step."""
    if not console.is_terminal:
        yield lambda step: console.print(f"{_WORDS[step]} ...")
        return
    with console.status("Resolving") as status:
        yield lambda step: status.update(_WORDS[step])
