"""Companies: names as they are, with the legal form written in one way."""

import re
from functools import cache, lru_cache

from loaders.standardise.tables import read_table
from loaders.standardise.texts import clean, standardise_text

_CACHED = 100_000
_NOT_LETTERS = re.compile(r"[\s.,]+")
_WORD = re.compile(r"\S+")


@lru_cache(_CACHED)
def standardise_company(text: str) -> str | None:
    """A company: its name as it is sent, its legal form at the end as it is usually written.

    Capitals stay: nobody can tell IBM from a name in capitals.
    """
    kept = standardise_text(clean(text).strip(" ,;"))
    if kept is None:
        return None
    name, form = split_company(kept)
    return f"{name} {form}" if form else name


def split_company(text: str) -> tuple[str, str | None]:
    """Name and legal form, none where it has none at its end."""
    forms = _forms()
    for word in list(_WORD.finditer(text))[1:]:
        form = forms.get(_bare(text[word.start() :]))
        name = text[: word.start()].rstrip(" ,")
        if form is not None and any(map(str.isalnum, name)):
            return name, form
    return text, None


@cache
def _forms() -> dict[str, str]:
    table = read_table("legal_forms")
    return {_bare(sent): form for form, others in table.items() for sent in (form, *others)}


def _bare(text: str) -> str:
    return _NOT_LETTERS.sub("", text).strip("()").replace("(", "").replace(")", "").casefold()
