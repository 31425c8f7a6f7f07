"""Comparisons: for each fact of a person the findings that it can give, from agreement to contradiction.

A missing value is neither for nor against. The numbers are published defaults, shares of matching and of other pairs;
training replaces them as far as the data can tell (``resolution.models.training``).
"""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from resolution.comparing.contexts import SWAPPED, Contexts, crosswise
from resolution.comparing.levels import Comparison, Finding
from resolution.conditions.condition import Condition
from resolution.conditions.facts import (
    Equal,
    HasLength,
    Is,
    Meet,
    Same,
    ShareMost,
    WithinEdits,
    YearsApart,
    missing,
    same_slice,
    similar,
)
from resolution.conditions.logic import OTHERWISE, Not, Surely, all_of, any_of
from resolution.conditions.values import AllBut, Column, Slice
from resolution.customers.preparation import ATTRIBUTE_PREFIX, COMPARED_KINDS

# More sources than this are taken together: their pairs are too few to learn from.
_LARGEST_SOURCES = 8
# Of the pairs of one person's records no more than this share have another given name. Without such a bound training
# may take for persons what is larger and agrees better: companies on lists of contacts, and, where nobody has a birth
# date, the homes of couples and families (F1 of two such sets: .82 and .89 with .2, .94 and .93 with .05).
_OTHER_NAMES = 0.05


def comparisons_for(columns: AbstractSet[str], sources: Sequence[tuple[str, float]] = ()) -> list[Comparison]:
    """The comparisons that these columns allow. ``sources``: names with their share of the records, largest first."""
    contexts = Contexts(columns)
    made = [make(contexts) for needed, make in _COMPARISONS.items() if columns & set(needed.split())]
    made += [text(kind) for kind in COMPARED_KINDS if kind in columns and kind != "national_id"]
    made += [text(name) for name in sorted(columns) if name.startswith(ATTRIBUTE_PREFIX)]
    return made + ([source(sources)] if len(sources) > 1 else [])


def given_name(contexts: Contexts) -> Comparison:
    """Given names: equal, another form of one name, misspelled, an initial, or in the field of the family name."""
    crossed = "family_name" in contexts.columns
    findings = [
        Finding("equal", Same("given_name"), 0.7, 0.008, frequency_of="given_name"),
        *([Finding("in the other field", SWAPPED, 0.01, 0.00001)] if crossed else []),
        Finding("another form of the name", Surely(Meet("given_forms")), 0.05, 0.003),
        Finding("one of several names", Surely(Meet("given_words")), 0.03, 0.002),
        Finding("same initial", _same_initial("given_name"), 0.03, 0.005),
        Finding("misspelled", similar("given_name", 0.92), 0.07, 0.004),
        Finding("similar", similar("given_name", 0.84), 0.03, 0.01),
        Finding("same sound", Same("given_sound"), 0.01, 0.005),
        *([Finding("like the family name", Surely(any_of(*crosswise(0.92))), 0.005, 0.004)] if crossed else []),
        Finding("somewhat similar", similar("given_name", 0.7), 0.02, 0.03),
        Finding("different", OTHERWISE, 0.05, 0.93),
    ]
    found = Comparison("given_name", missing("given_name"), findings, contexts.members, stable=True)
    return replace(found, opposite="different", most_different=_OTHER_NAMES)


def _same_initial(column: str) -> Condition:
    one_letter = any_of(HasLength(column, "l", 1, 1), HasLength(column, "r", 1, 1))
    return all_of(one_letter, same_slice(column, 1, 1))


def family_name(contexts: Contexts) -> Comparison:
    """Family names: equal, misspelled, part of a double name; nothing more where they were found to be swapped."""
    findings = (
        Finding("equal", Same("family_name"), 0.75, 0.002, frequency_of="family_name"),
        Finding("misspelled", similar("family_name", 0.92), 0.08, 0.002),
        Finding("part of a double name", Meet("family_words"), 0.02, 0.001),
        Finding("similar", similar("family_name", 0.84), 0.03, 0.005),
        Finding("same sound", Same("family_sound"), 0.01, 0.002),
        Finding("somewhat similar", similar("family_name", 0.7), 0.02, 0.03),
        Finding("different", OTHERWISE, 0.09, 0.96),
    )
    nothing = missing("family_name")
    if "given_name" in contexts.columns:
        nothing = any_of(nothing, SWAPPED)
    return Comparison("family_name", nothing, findings, most_different=_OTHER_NAMES)


def middle_name(contexts: Contexts) -> Comparison:
    """Middle names: equal, an initial, or similar."""
    del contexts
    findings = (
        Finding("equal", Same("middle_name"), 0.7, 0.02, frequency_of="middle_name"),
        Finding("same initial", _same_initial("middle_name"), 0.1, 0.02),
        Finding("similar", similar("middle_name", 0.88), 0.1, 0.01),
        Finding("different", OTHERWISE, 0.1, 0.95),
    )
    return Comparison("middle_name", missing("middle_name"), findings)


def birth_date(contexts: Contexts) -> Comparison:
    """Birth dates: equal, a typing error, day and month exchanged, or so many years apart. A year alone will do."""
    dates = all_of(HasLength("birth_date", "l", 10, 10), HasLength("birth_date", "r", 10, 10))
    same_year = same_slice("birth_date", 1, 4)
    findings = (
        Finding("equal", all_of(dates, Same("birth_date")), 0.75, 0.0002, frequency_of="birth_date"),
        Finding("day and month exchanged", all_of(dates, same_year, *_exchanged()), 0.02, 0.0001),
        Finding("one digit apart", all_of(dates, WithinEdits("birth_date", 1)), 0.08, 0.002),
        Finding("same year, one without day", all_of(Not(_equally_long()), same_year), 0.03, 0.003),
        Finding("same year, both without day", all_of(_only_years(), Same("birth_date")), 0.03, 0.005, "birth_date"),
        Finding("same day of another year", all_of(dates, same_slice("birth_date", 6, 10)), 0.02, 0.003),
        Finding("two digits apart", all_of(dates, WithinEdits("birth_date", 2)), 0.02, 0.02),
        Finding("same year", same_year, 0.02, 0.01),
        Finding("within two years", YearsApart("birth_date", 2), 0.01, 0.05),
        Finding("within twelve years", YearsApart("birth_date", 12), 0.01, 0.25),
        Finding("far apart", OTHERWISE, 0.01, 0.65),
    )
    found = Comparison("birth_date", missing("birth_date"), findings, contexts.members)
    return replace(found, stable=True, opposite="far apart")


def _exchanged() -> tuple[Condition, Condition]:
    """The month of one is the day of the other, both ways."""
    left, right = Column("birth_date", "l"), Column("birth_date", "r")
    return Equal(Slice(left, 6, 7), Slice(right, 9, 10)), Equal(Slice(left, 9, 10), Slice(right, 6, 7))


def _only_years() -> Condition:
    return HasLength("birth_date", "l", 4, 4)


def _equally_long() -> Condition:
    """Both are years, or both are dates."""
    years = all_of(_only_years(), HasLength("birth_date", "r", 4, 4))
    return any_of(years, all_of(HasLength("birth_date", "l", 10, 10), HasLength("birth_date", "r", 10, 10)))


def gender(contexts: Contexts) -> Comparison:
    """Genders. Like given names mostly have the same, so there the gender says little more."""
    findings = (
        Finding("equal", Same("gender"), 0.98, 0.5),
        Finding("different", OTHERWISE, 0.02, 0.5),
    )
    return replace(Comparison("gender", missing("gender"), findings, contexts.like_names), opposite="different")


def email(contexts: Contexts) -> Comparison:
    """Emails: one in common, the same invented name at another provider, or a typing error.

    A name before the @ that is made of the person's names says nothing more than the names have said: not where it is
    the same elsewhere, and not where two namesakes differ in a digit. A hash in common is an email in common; hashes
    say nothing where one has only emails whose hash nobody sent.
    """
    hashed = "hashed_emails" in contexts.columns
    if "emails" not in contexts.columns:
        return _only_hashes(contexts)
    common = _email_in_common("", hashed=hashed)
    nearly = (_mailboxes_apart(1, of_at_least=5), _mailboxes_apart(2, of_at_least=7))
    findings = (
        Finding("own email in common", _email_in_common("own_", hashed=hashed), 0.7, 0.00005),
        Finding("shared email in common", common, 0.05, 0.00005),
        Finding("same invented name elsewhere", Same("handle"), 0.05, 0.0003),
        Finding("one letter apart", nearly[0], 0.05, 0.001),
        Finding("two letters apart", nearly[1], 0.03, 0.001),
        Finding("different", OTHERWISE, 0.2, 0.998),
    )
    numbered = all_of(Same("mailbox_letters"), Surely(any_of(*nearly)))
    made_of_names = all_of(any_of(Same("mailbox"), numbered), missing("handle"), Not(common))
    neither = all_of(missing("emails"), missing("hashed_emails")) if hashed else missing("emails")
    nothing = any_of(neither, made_of_names)
    return Comparison("email", nothing, findings, [*contexts.home_or_phone, *contexts.family], shared=True, stable=True)


def _email_in_common(which: str, *, hashed: bool) -> Condition:
    plain = Meet(f"{which}emails")
    return any_of(Surely(plain), Surely(Meet(f"{which}hashed_emails"))) if hashed else plain


def _only_hashes(contexts: Contexts) -> Comparison:
    findings = (
        Finding("own email in common", Meet("own_hashed_emails"), 0.7, 0.00005),
        Finding("shared email in common", Meet("hashed_emails"), 0.05, 0.00005),
        Finding("different", OTHERWISE, 0.25, 0.999),
    )
    contexts_of = [*contexts.home_or_phone, *contexts.family]
    return Comparison("email", missing("hashed_emails"), findings, contexts_of, shared=True)


def _mailboxes_apart(most: int, *, of_at_least: int) -> Condition:
    return all_of(HasLength("mailbox", "l", of_at_least), Same("email_provider"), WithinEdits("mailbox", most))


def phone(contexts: Contexts) -> Comparison:
    """Telephone numbers: one in common, which one person or several use."""
    findings = (
        Finding("own phone in common", Meet("own_phones"), 0.6, 0.00005),
        Finding("shared phone in common", Meet("phones"), 0.05, 0.00005),
        Finding("different", OTHERWISE, 0.35, 0.999),
    )
    return Comparison(
        "phone", missing("phones"), findings, [*contexts.home, *contexts.family], shared=True, stable=True
    )


def address(contexts: Contexts) -> Comparison:
    """Addresses: from the same house to elsewhere. Street, postcode, city and state say one thing together."""
    parts = [part for part in ("street", "postcode", "city", "state") if part in contexts.columns]
    nothing = all_of(*(missing(part) for part in parts))
    findings = [*_address_findings(contexts), Finding("elsewhere", OTHERWISE, 0.15, 0.9)]
    return Comparison("address", nothing, findings, contexts.relatives, shared=True)


def _address_findings(contexts: Contexts) -> Iterator[Finding]:
    columns = contexts.columns
    if "street" in columns:
        alike = Surely(any_of(similar("street", 0.88), ShareMost("street_words", 2)))
        yield Finding("same street", contexts.one_street, 0.5, 0.0002)
        yield Finding("similar street", all_of(alike, contexts.places_may_be_one), 0.1, 0.0002)
        yield Finding("same street elsewhere", Surely(Same("street")), 0.02, 0.0002)
    if "postcode" in columns:
        yield Finding("same postcode", Surely(Same("postcode")), 0.1, 0.002, frequency_of="postcode")
        one_apart = Surely(WithinEdits("postcode", 1))
        yield Finding("postcode one character apart", one_apart, 0.03, 0.002)
    if "city" in columns:
        yield Finding("same city", Surely(Same("city")), 0.08, 0.01, frequency_of="city")
        yield Finding("similar city", Surely(similar("city", 0.9)), 0.03, 0.005)
    if "postcode" in columns:
        areas = (AllBut(Column("postcode", side), 3, least=2) for side in "lr")
        yield Finding("same area", Surely(Equal(*areas)), 0.03, 0.01)
    if "state" in columns:
        yield Finding("same state", Surely(Same("state")), 0.05, 0.2)


def country(contexts: Contexts) -> Comparison:
    """Countries: equal or different."""
    del contexts
    findings = (Finding("equal", Same("country"), 0.98, 0.7, "country"), Finding("different", OTHERWISE, 0.02, 0.3))
    return Comparison("country", missing("country"), findings)


def national_id(contexts: Contexts) -> Comparison:
    """National ids: equal, misread, or different."""
    del contexts
    findings = (
        Finding("equal", Same("national_id"), 0.9, 0.0001),
        Finding("one character apart", WithinEdits("national_id", 1), 0.05, 0.0003),
        Finding("two characters apart", WithinEdits("national_id", 2), 0.01, 0.003),
        Finding("different", OTHERWISE, 0.04, 0.99),
    )
    return replace(Comparison("national_id", missing("national_id"), findings), opposite="different")


def company(contexts: Contexts) -> Comparison:
    """Companies, as any other text; who works at one address mostly works for one."""
    return replace(text("company"), contexts=contexts.address, shared=True)


def text(column: str) -> Comparison:
    """A text: equal, similar, or different."""
    findings = (
        Finding("equal", Same(column), 0.7, 0.02, frequency_of=column),
        Finding("similar", similar(column, 0.9), 0.1, 0.01),
        Finding("somewhat similar", similar(column, 0.8), 0.05, 0.05),
        Finding("different", OTHERWISE, 0.15, 0.92),
    )
    return Comparison(column, missing(column), findings)


def source(sources: Sequence[tuple[str, float]]) -> Comparison:
    """Whether both come from one source: a source that is clean in itself hardly ever knows one person twice."""
    findings = [
        Finding(f"both in {name}", all_of(Same("source"), Is("source", name)), share**2 / 2, share**2)
        for name, share in sources[:_LARGEST_SOURCES]
    ]
    m, u = (sum(getattr(finding, of) for finding in findings) for of in ("m", "u"))
    return Comparison("source", missing("source"), [*findings, Finding("other", OTHERWISE, 1 - m, max(1 - u, 1e-6))])


# Comparison: the columns of which it needs one.
_COMPARISONS: dict[str, Callable[[Contexts], Comparison]] = {
    "given_name": given_name,
    "family_name": family_name,
    "middle_name": middle_name,
    "birth_date": birth_date,
    "gender": gender,
    "street postcode city state": address,
    "country": country,
    "emails hashed_emails": email,
    "phones": phone,
    "national_id": national_id,
    "company": company,
}
