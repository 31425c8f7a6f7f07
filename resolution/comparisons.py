"""Comparisons: for each fact of a person the findings that it can give, from agreement to contradiction.

A missing value is neither for nor against. The numbers are published defaults, shares of matching and of other pairs;
training replaces them as far as the data can tell (``resolution.training``).
"""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from resolution.contexts import SWAPPED, Contexts, crosswise, missing, same, similar, surely, within_edits
from resolution.levels import ELSE, Comparison, Finding
from resolution.preparation import ATTRIBUTE_PREFIX, COMPARED_KINDS

# More sources than this are taken together: their pairs are too few to learn from.
_LARGEST_SOURCES = 8


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
        Finding("equal", same("given_name"), 0.7, 0.008, frequency_of="given_name"),
        *([Finding("in the other field", SWAPPED, 0.01, 0.00001)] if crossed else []),
        Finding("another form of the name", surely("list_has_any(given_forms_l, given_forms_r)"), 0.05, 0.003),
        Finding("one of several names", surely("list_has_any(given_words_l, given_words_r)"), 0.03, 0.002),
        Finding("same initial", f"{_one_letter('given_name')} AND given_name_l[1] = given_name_r[1]", 0.03, 0.005),
        Finding("misspelled", similar("given_name", 0.92), 0.07, 0.004),
        Finding("similar", similar("given_name", 0.84), 0.03, 0.01),
        Finding("same sound", same("given_sound"), 0.01, 0.005),
        *([Finding("like the family name", surely(crosswise(0.92, "OR")), 0.005, 0.004)] if crossed else []),
        Finding("somewhat similar", similar("given_name", 0.7), 0.02, 0.03),
        Finding("different", ELSE, 0.05, 0.93),
    ]
    return replace(Comparison("given_name", missing("given_name"), findings, contexts.members), opposite="different")


def _one_letter(column: str) -> str:
    return f"(length({column}_l) = 1 OR length({column}_r) = 1)"


def family_name(contexts: Contexts) -> Comparison:
    """Family names: equal, misspelled, part of a double name; nothing more where they were found to be swapped."""
    findings = (
        Finding("equal", same("family_name"), 0.75, 0.002, frequency_of="family_name"),
        Finding("misspelled", similar("family_name", 0.92), 0.08, 0.002),
        Finding("part of a double name", "list_has_any(family_words_l, family_words_r)", 0.02, 0.001),
        Finding("similar", similar("family_name", 0.84), 0.03, 0.005),
        Finding("same sound", same("family_sound"), 0.01, 0.002),
        Finding("somewhat similar", similar("family_name", 0.7), 0.02, 0.03),
        Finding("different", ELSE, 0.09, 0.96),
    )
    swapped = f" OR {SWAPPED}" if "given_name" in contexts.columns else ""
    return Comparison("family_name", missing("family_name") + swapped, findings)


def middle_name(contexts: Contexts) -> Comparison:
    """Middle names: equal, an initial, or similar."""
    del contexts
    findings = (
        Finding("equal", same("middle_name"), 0.7, 0.02, frequency_of="middle_name"),
        Finding("same initial", f"{_one_letter('middle_name')} AND middle_name_l[1] = middle_name_r[1]", 0.1, 0.02),
        Finding("similar", similar("middle_name", 0.88), 0.1, 0.01),
        Finding("different", ELSE, 0.1, 0.95),
    )
    return Comparison("middle_name", missing("middle_name"), findings)


def birth_date(contexts: Contexts) -> Comparison:
    """Birth dates: equal, a typing error, day and month exchanged, or so many years apart. A year alone will do."""
    left, right = "birth_date_l", "birth_date_r"
    dates = f"length({left}) = 10 AND length({right}) = 10"
    exchanged = f"{left}[6:7] = {right}[9:10] AND {left}[9:10] = {right}[6:7]"
    same_year = f"{left}[1:4] = {right}[1:4]"
    years = f"abs({left}[1:4]::INT - {right}[1:4]::INT)"
    findings = (
        Finding("equal", f"{dates} AND {left} = {right}", 0.75, 0.0002, frequency_of="birth_date"),
        Finding("day and month exchanged", f"{dates} AND {same_year} AND {exchanged}", 0.02, 0.0001),
        Finding("one digit apart", f"{dates} AND {within_edits('birth_date', 1)}", 0.08, 0.002),
        Finding("same year, one without day", f"length({left}) <> length({right}) AND {same_year}", 0.03, 0.003),
        Finding("same year, both without day", f"length({left}) = 4 AND {left} = {right}", 0.03, 0.005, "birth_date"),
        Finding("same day of another year", f"{dates} AND {left}[6:10] = {right}[6:10]", 0.02, 0.003),
        Finding("two digits apart", f"{dates} AND {within_edits('birth_date', 2)}", 0.02, 0.02),
        Finding("same year", same_year, 0.02, 0.01),
        Finding("within two years", f"{years} <= 2", 0.01, 0.05),
        Finding("within twelve years", f"{years} <= 12", 0.01, 0.25),
        Finding("far apart", ELSE, 0.01, 0.65),
    )
    return replace(Comparison("birth_date", missing("birth_date"), findings, contexts.members), opposite="far apart")


def gender(contexts: Contexts) -> Comparison:
    """Genders. Like given names mostly have the same, so there the gender says little more."""
    findings = (
        Finding("equal", same("gender"), 0.98, 0.5),
        Finding("different", ELSE, 0.02, 0.5),
    )
    return replace(Comparison("gender", missing("gender"), findings, contexts.like_names), opposite="different")


def email(contexts: Contexts) -> Comparison:
    """Emails: one in common, the same invented name at another provider, or a typing error.

    One name before the @ that is made of the person's names says nothing more than the names have said.
    """
    common = "list_has_any(emails_l, emails_r)"
    one_provider = "split_part(email_l, '@', 2) = split_part(email_r, '@', 2)"
    findings = (
        Finding("own email in common", "list_has_any(own_emails_l, own_emails_r)", 0.7, 0.00005),
        Finding("shared email in common", common, 0.05, 0.00005),
        Finding("same invented name elsewhere", same("handle"), 0.05, 0.0003),
        Finding(
            "one letter apart",
            f"length(mailbox_l) >= 5 AND {one_provider} AND {within_edits('mailbox', 1)}",
            0.05,
            0.001,
        ),
        Finding(
            "two letters apart",
            f"length(mailbox_l) >= 7 AND {one_provider} AND {within_edits('mailbox', 2)}",
            0.03,
            0.001,
        ),
        Finding("different", ELSE, 0.2, 0.998),
    )
    made_of_names = f"({same('mailbox')} AND (handle_l IS NULL OR handle_r IS NULL) AND NOT {common})"
    return Comparison(
        "email",
        f"{missing('emails')} OR {made_of_names}",
        findings,
        [*contexts.home_or_phone, *contexts.family],
        shared=True,
    )


def phone(contexts: Contexts) -> Comparison:
    """Telephone numbers: one in common, which one person or several use."""
    findings = (
        Finding("own phone in common", "list_has_any(own_phones_l, own_phones_r)", 0.6, 0.00005),
        Finding("shared phone in common", "list_has_any(phones_l, phones_r)", 0.05, 0.00005),
        Finding("different", ELSE, 0.35, 0.999),
    )
    return Comparison("phone", missing("phones"), findings, [*contexts.home, *contexts.family], shared=True)


def address(contexts: Contexts) -> Comparison:
    """Addresses: from the same house to elsewhere. Street, postcode, city and state say one thing together."""
    parts = [part for part in ("street", "postcode", "city", "state") if part in contexts.columns]
    nothing = " AND ".join(f"({missing(part)})" for part in parts)
    findings = [*_address_findings(contexts), Finding("elsewhere", ELSE, 0.15, 0.9)]
    return Comparison("address", nothing, findings, contexts.relatives, shared=True)


def _address_findings(contexts: Contexts) -> Iterator[Finding]:
    columns = contexts.columns
    if "street" in columns:
        words = "len(list_intersect(street_words_l, street_words_r))"
        most_words = f"{words} >= 2 AND 2 * {words} >= least(len(street_words_l), len(street_words_r))"
        alike = surely(f"{similar('street', 0.88)} OR ({most_words})")
        yield Finding("same street", contexts.one_street, 0.5, 0.0002)
        yield Finding("similar street", f"{alike} AND {contexts.places_may_be_one}", 0.1, 0.0002)
        yield Finding("same street elsewhere", surely(same("street")), 0.02, 0.0002)
    if "postcode" in columns:
        yield Finding("same postcode", surely(same("postcode")), 0.1, 0.002, frequency_of="postcode")
        one_apart = surely(within_edits("postcode", 1))
        yield Finding("postcode one character apart", one_apart, 0.03, 0.002)
    if "city" in columns:
        yield Finding("same city", surely(same("city")), 0.08, 0.01, frequency_of="city")
        yield Finding("similar city", surely(similar("city", 0.9)), 0.03, 0.005)
    if "postcode" in columns:
        area = "postcode_{0}[1:greatest(length(postcode_{0}) - 3, 2)]"
        yield Finding("same area", surely(f"{area.format('l')} = {area.format('r')}"), 0.03, 0.01)
    if "state" in columns:
        yield Finding("same state", surely(same("state")), 0.05, 0.2)


def country(contexts: Contexts) -> Comparison:
    """Countries: equal or different."""
    del contexts
    findings = (Finding("equal", same("country"), 0.98, 0.7, "country"), Finding("different", ELSE, 0.02, 0.3))
    return Comparison("country", missing("country"), findings)


def national_id(contexts: Contexts) -> Comparison:
    """National ids: equal, misread, or different."""
    del contexts
    findings = (
        Finding("equal", same("national_id"), 0.9, 0.0001),
        Finding("one character apart", within_edits("national_id", 1), 0.05, 0.0003),
        Finding("two characters apart", within_edits("national_id", 2), 0.01, 0.003),
        Finding("different", ELSE, 0.04, 0.99),
    )
    return replace(Comparison("national_id", missing("national_id"), findings), opposite="different")


def company(contexts: Contexts) -> Comparison:
    """Companies, as any other text."""
    del contexts
    return text("company")


def text(column: str) -> Comparison:
    """A text: equal, similar, or different."""
    findings = (
        Finding("equal", same(column), 0.7, 0.02, frequency_of=column),
        Finding("similar", similar(column, 0.9), 0.1, 0.01),
        Finding("somewhat similar", similar(column, 0.8), 0.05, 0.05),
        Finding("different", ELSE, 0.15, 0.92),
    )
    return Comparison(column, missing(column), findings)


def source(sources: Sequence[tuple[str, float]]) -> Comparison:
    """Whether both come from one source: a source that is clean in itself hardly ever knows one person twice."""
    findings = [
        Finding(f"both in {name}", f"source_l = source_r AND source_l = {_quoted(name)}", share**2 / 2, share**2)
        for name, share in sources[:_LARGEST_SOURCES]
    ]
    m, u = (sum(getattr(finding, of) for finding in findings) for of in ("m", "u"))
    return Comparison("source", missing("source"), [*findings, Finding("other", ELSE, 1 - m, max(1 - u, 1e-6))])


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


# Comparison: the columns of which it needs one.
_COMPARISONS: dict[str, Callable[[Contexts], Comparison]] = {
    "given_name": given_name,
    "family_name": family_name,
    "middle_name": middle_name,
    "birth_date": birth_date,
    "gender": gender,
    "street postcode city state": address,
    "country": country,
    "emails": email,
    "phones": phone,
    "national_id": national_id,
    "company": company,
}
