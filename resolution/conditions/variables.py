"""Variables: what Python text reads of two rows, each column once, and each dear value when it is first asked for."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Variables:
    """Local variables of a function of two rows, ``l`` and ``r``; conditions are written as Python over them.

    A function written for all comparisons of a model takes a third of the time that closures within closures take.
    """

    _names: dict[str, str] = field(default_factory=dict[str, str])
    _lines: list[str] = field(default_factory=list[str])

    def column(self, name: str, side: str) -> str:
        """The variable of a column of the left ("l") or the right ("r") row; None where the value is missing."""
        return self._variable(f"{side}.get({name!r})", f"{side}.get({name!r})")

    def once(self, text: str) -> str:
        """Text that gives the value of ``text``, which is no None, and computes it only when it is first asked for."""
        name = self._variable(text, "None")
        return f"({name} if {name} is not None else ({name} := {text}))"

    def new_lines(self) -> list[str]:
        """Lines that make the variables that were asked for since the last call."""
        lines, self._lines = self._lines, []
        return lines

    def _variable(self, text: str, at_first: str) -> str:
        name = self._names.get(text)
        if name is None:
            name = self._names[text] = f"v{len(self._names)}"
            self._lines.append(f"{name} = {at_first}")
        return name


def present(names: list[str]) -> str:
    """Text that tells whether all of some variables have a value."""
    return " and ".join(f"{name} is not None" for name in names) or "True"
