"""How soon the interpreter goes from one thread to another that waits for it."""

import sys

# A thread that works gives the interpreter up after 5 ms, and one that talks to the database or to a worker asks for it
# about nine times a message: a statement of 5 ms took 15 to 21 ms beside a thread that only counts, with this 8 to 11.
_SWITCH_S = 0.0005


class QuickSwitching:
    """Between ``begin`` and ``end`` threads wait a tenth of the usual time for each other."""

    def __init__(self) -> None:
        self._usual = sys.getswitchinterval()

    def begin(self) -> None:
        """From here on."""
        sys.setswitchinterval(_SWITCH_S)

    def end(self) -> None:
        """As it was when this was made."""
        sys.setswitchinterval(self._usual)
