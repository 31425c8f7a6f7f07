"""How names are written wrongly: by ear, by keyboard, without umlauts, as a nickname."""

from anyascii import anyascii

from loaders.sample.dice import Dice

NICKNAMES = {
    "Alexander": ("Alex",),
    "Alexandra": ("Alex", "Sandra"),
    "Andrea": ("Andi",),
    "Andreas": ("Andi",),
    "Angelika": ("Geli",),
    "Anneliese": ("Anni",),
    "Barbara": ("Babsi",),
    "Benjamin": ("Ben",),
    "Birgit": ("Biggi",),
    "Carolin": ("Caro",),
    "Charlotte": ("Lotte", "Charly"),
    "Christian": ("Chris",),
    "Christina": ("Tina",),
    "Christine": ("Chris",),
    "Christoph": ("Chris",),
    "Claudia": ("Claudi",),
    "Cornelia": ("Conny",),
    "Daniel": ("Dani",),
    "Daniela": ("Dani",),
    "Dominik": ("Domi",),
    "Elisabeth": ("Lisa", "Elli"),
    "Fabian": ("Fabi",),
    "Florian": ("Flo",),
    "Franziska": ("Franzi",),
    "Friedrich": ("Fritz",),
    "Gabriele": ("Gabi",),
    "Gerhard": ("Gerd",),
    "Hannelore": ("Hanne",),
    "Hüseyin": ("Hüso",),
    "İbrahim": ("Ibo",),
    "Jennifer": ("Jenny",),
    "Jessica": ("Jessi",),
    "Joachim": ("Achim",),
    "Johanna": ("Hanna", "Jo"),
    "Johannes": ("Hannes",),
    "Josef": ("Sepp",),
    "Katarzyna": ("Kasia",),
    "Katharina": ("Kathi", "Katja"),
    "Kathrin": ("Kathi",),
    "Krzysztof": ("Krzysiek",),
    "Leonie": ("Leo",),
    "Magdalena": ("Lena",),
    "Małgorzata": ("Gosia",),
    "Manfred": ("Manni",),
    "Manuela": ("Manu",),
    "Margarete": ("Grete",),
    "Matthias": ("Matze",),
    "Maximilian": ("Max",),
    "Mehmet": ("Memo",),
    "Melanie": ("Melli",),
    "Michael": ("Micha", "Michi"),
    "Monika": ("Moni",),
    "Mustafa": ("Musti",),
    "Nicole": ("Nicki",),
    "Niklas": ("Nik",),
    "Patrick": ("Paddy",),
    "Philipp": ("Phil",),
    "Rosemarie": ("Rosi",),
    "Sabine": ("Bine",),
    "Sebastian": ("Basti",),
    "Siegfried": ("Sigi",),
    "Stefan": ("Steff",),
    "Stefanie": ("Steffi",),
    "Stephan": ("Steff",),
    "Susanne": ("Susi",),
    "Svenja": ("Svenni",),
    "Theresa": ("Resi",),
    "Thomas": ("Tom",),
    "Tobias": ("Tobi",),
    "Tomasz": ("Tomek",),
    "Ulrich": ("Uli",),
    "Ulrike": ("Uli",),
    "Ursula": ("Uschi",),
    "Valentin": ("Vali",),
    "Vanessa": ("Nessa",),
    "Veronika": ("Vroni",),
    "Waltraud": ("Traudl",),
    "Wolfgang": ("Wolfi",),
}

_LONG_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}  # the German way, Müller -> Mueller
)
_BY_EAR = (
    ("ei", "ai"),
    ("ai", "ei"),
    ("ey", "ei"),
    ("ay", "ai"),
    ("ph", "f"),
    ("th", "t"),
    ("dt", "tt"),
    ("tt", "t"),
    ("ck", "k"),
    ("tz", "z"),
    ("ie", "i"),
    ("ch", "sch"),
    ("mm", "m"),
    ("nn", "n"),
    ("ll", "l"),
    ("ff", "f"),
    ("ss", "s"),
    ("äu", "eu"),
    ("eu", "oi"),
    ("ah", "a"),
    ("eh", "e"),
    ("c", "k"),
    ("y", "i"),
    ("w", "v"),
    ("v", "f"),
    ("d", "t"),
    ("b", "p"),
    ("r", "rr"),
    ("n", "nn"),
    ("l", "ll"),
)
_NEIGHBOURS = {"a": "s", "e": "r", "i": "o", "o": "p", "u": "i", "n": "m", "m": "n", "r": "t", "t": "z", "s": "d"}


def has_umlaut(name: str) -> bool:
    """Whether a name has letters that an English keyboard lacks."""
    return not name.isascii()


def without_umlauts(name: str, *, long: bool) -> str:
    """``Müller`` as ``Mueller`` (long) or ``Muller``; letters of other languages in their plain form."""
    if name.isascii():
        return name
    return anyascii(name.translate(_LONG_UMLAUTS) if long else name)


def in_encoding(text: str, encoding: str) -> str:
    """A text with each letter that an encoding lacks in its plain form, as old systems store it."""
    if text.isascii() or _fits(text, encoding):
        return text
    return "".join(letter if _fits(letter, encoding) else anyascii(letter) for letter in text)


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def heard(name: str, dice: Dice) -> str:
    """A name as somebody spells it who only heard it; its first letter stays."""
    fitting = [(sound, spelt) for sound, spelt in _BY_EAR if sound in name[1:]]
    if not fitting:
        return mistyped(name, dice)
    sound, spelt = fitting[dice.below(min(len(fitting), 3))]
    at = name.index(sound, 1)
    return name[:at] + spelt + name[at + len(sound) :]


def mistyped(name: str, dice: Dice) -> str:
    """A name with one slip of the keyboard after the first letter."""
    if len(name) < 3:  # noqa: PLR2004 -- nothing to slip on without changing the whole name
        return name
    at = dice.between(1, len(name) - 2)
    slips = (
        name[:at] + name[at + 1 :],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        name[:at] + name[at] + name[at:],
        name[:at] + _NEIGHBOURS.get(name[at], "x") + name[at + 1 :],
    )
    return dice.pick(slips)


def nickname(given: str, dice: Dice) -> str | None:
    """What friends call somebody, if there is such a name."""
    if given in NICKNAMES:
        return dice.pick(NICKNAMES[given])
    if "-" in given:
        return given.split("-", maxsplit=1)[0]
    return None
