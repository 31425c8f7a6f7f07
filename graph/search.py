"""Search: customers by name, company, town or number, closest first.

Every word must be there: as it is, spelled otherwise, as a beginning, with a letter or two wrong, or as it sounds. The
last ones are looked up among the blocking parts, in which names are folded: these exist after the first resolution.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from graph.connection import AsyncGraph, Row

# Lucene's operators would let a search term become a query; only words are searched, and of operators only a star
# (begins with) and a tilde (nearly) at the end of a word.
_MARKS = "".join(sign for sign in map(chr, range(0x300, 0x3100)) if unicodedata.category(sign)[0] == "M")
_PART = rf"[\w{_MARKS}]{{1,100}}"
# O'Brien and amazon.de are one word of the index; three signs within a word are as many as are looked at.
_WORDS = re.compile(rf"({_PART}(?:['.]{_PART}){{0,3}})([*~]?)")
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc", "'''")
MAX_WORDS = 8
# Shorter words are too much like others.
_FUZZY_FROM, _TWO_WRONG_FROM = 4, 7
_NAMES = ("given name", "family name", "city", "company")
_SOUNDS = ("given sound", "family sound")


class Closeness(StrEnum):
    """How a text was found, closest first."""

    EXACT = "exact"
    SPELLING = "spelling"
    PREFIX = "prefix"
    FUZZY = "fuzzy"
    SOUND = "sound"


_RANKS = tuple(Closeness)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How names are compared: folded (case, script and marks make no difference), and as they sound."""

    folded: Callable[[str], str | None]
    sound: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class CustomerHit:
    """A customer that matches: how closely, and the full-text score among those that are as close."""

    customer: str
    closeness: Closeness
    score: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, in lower case. ``asked``: the closeness that its writer asked for by an operator."""

    text: str
    asked: Closeness | None

    @property
    def parts(self) -> tuple["Word", ...]:
        """The words that it may be written as; itself alone where it has no sign within."""
        return tuple(Word(part, self.asked) for part in re.split(r"['.]", self.text))

    @property
    def begins(self) -> str:
        """Lucene: whatever begins with it."""
        return f"{self.text}*"

    @property
    def nearly(self) -> str:
        """Lucene: the same with a letter or two wrong, or as it is where it is short or a number."""
        if len(self.text) < _FUZZY_FROM or any(letter.isdigit() for letter in self.text):
            return self.text
        return f"{self.text}~{2 if len(self.text) >= _TWO_WRONG_FROM else 1}"


def words_of(text: str) -> tuple[Word, ...]:
    """The first ``MAX_WORDS`` words of a text."""
    asked = {"": None, "*": Closeness.PREFIX, "~": Closeness.FUZZY}
    composed = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
    return tuple(Word(word.lower(), asked[operator]) for word, operator in _WORDS.findall(composed)[:MAX_WORDS])


async def find_customers_by_text(
    graph: AsyncGraph, text: str, limit: int, spelling: Spelling | None = None
) -> tuple[CustomerHit, ...]:
    """Customers whose fields hold every word of the text, closest first; one statement. Raises GraphError.

    ``*`` after a word: it is a beginning; ``~``: it may be misspelled. Without them, both are tried.
    """
    words = words_of(text)
    queries = [*_by_words(words), *(_by_spelling(words, spelling) if spelling else ())]
    if not words:
        return ()
    rows = await graph.read("find_customers_by_text", queries=queries, limit=limit)
    return tuple(CustomerHit(row["key"], _RANKS[row["rank"]], row["score"]) for row in rows)


def _by_words(words: Sequence[Word]) -> Iterator[Row]:
    """Queries over the words as sources send them."""
    loosest = max((_RANKS.index(word.asked) for word in words if word.asked), default=0)
    forms: dict[Closeness, Callable[[Word], str]] = {
        Closeness.EXACT: lambda word: word.text,
        Closeness.PREFIX: lambda word: f"({word.text} OR {word.begins})",
        Closeness.FUZZY: lambda word: f"({word.text} OR {word.begins} OR {word.nearly})",
    }
    for closeness, form in forms.items():
        if _RANKS.index(closeness) >= loosest:
            yield _query("customer_search", closeness, [_whole_or_parts(word, form) for word in words])


def _whole_or_parts(word: Word, form: Callable[[Word], str]) -> str:
    """The form that is asked for, or one of these: of the word, or of its parts, as whoever wrote it meant it."""
    forms = [_asked_form(each) or form(each) for each in (word, *word.parts)]
    return forms[0] if len(word.parts) == 1 else f"({forms[0]} OR ({' AND '.join(forms[1:])}))"


def _asked_form(word: Word) -> str | None:
    if word.asked is Closeness.PREFIX:
        return word.begins
    return f"({word.text} OR {word.nearly})" if word.asked is Closeness.FUZZY else None


def _by_spelling(words: Sequence[Word], spelling: Spelling) -> Iterator[Row]:
    """Queries over names as they are compared: folded, and as they sound; not where an operator was given."""
    if any(word.asked for word in words):
        return
    for closeness, names, change in (
        (Closeness.SPELLING, _NAMES, spelling.folded),
        (Closeness.SOUND, _SOUNDS, spelling.sound),
    ):
        changed = [change(word.text) for word in words]
        if all(changed):
            yield _query("customer_blocking", closeness, [_any_part(names, value or "") for value in changed])


def _any_part(names: Sequence[str], value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    parts = " OR ".join(f'"{name}:{quoted}"' for name in names)
    return f"({parts})"


def _query(index: str, closeness: Closeness, forms: Sequence[str]) -> Row:
    return {"index": index, "text": " AND ".join(forms), "rank": _RANKS.index(closeness)}
