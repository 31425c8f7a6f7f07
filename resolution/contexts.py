"""Contexts: conditions that put two customers into one family or one home, as SQL over the columns that there are."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from resolution.levels import Context

# From this similarity on two family names may be one, misspelled (Jaro-Winkler).
ALIKE = 0.84


def missing(*columns: str) -> str:
    """One of the values is not known, on one side at least."""
    return " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in columns)


def same(column: str) -> str:
    """The values are equal; null where one is missing."""
    return f"{column}_l = {column}_r"


def surely(condition: str) -> str:
    """A condition that is false where a value is missing."""
    return f"coalesce({condition}, false)"


def similar(column: str, least: float) -> str:
    """Jaro-Winkler similarity of at least so much."""
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def within_edits(column: str, most: int) -> str:
    """So many letters apart at most, a swap counted as one. Jaro-Winkler is asked first: it is five times as fast."""
    apart = f"damerau_levenshtein({column}_l, {column}_r) <= {most}"
    return f"CASE WHEN {similar(column, 0.6)} THEN {apart} ELSE false END"


def crosswise(least: float, joined_by: str) -> str:
    """One's given name is like the other's family name, and (or) the other way round."""
    there = f"jaro_winkler_similarity(given_name_l, family_name_r) >= {least}"
    back = f"jaro_winkler_similarity(family_name_l, given_name_r) >= {least}"
    return f"({there} {joined_by} {back})"


SWAPPED = surely(
    "given_name_l[1] = family_name_r[1] AND family_name_l[1] = given_name_r[1]"
    f" AND {crosswise(0.88, 'AND')} AND NOT {similar('given_name', 0.88)}"
)
"""Given and family name are in each other's field. The initials are asked first: they are cheap and rule out most."""


@dataclass(frozen=True, slots=True)
class Contexts:
    """The contexts that a set of columns allows; ``none`` where a column is missing."""

    columns: AbstractSet[str]

    @property
    def family(self) -> list[Context]:
        """Family names alike."""
        return [Context("like family names", self._alike, 50)] if "family_name" in self.columns else []

    @property
    def like_names(self) -> list[Context]:
        """Given names alike, which mostly tells the gender."""
        alike = f"{same('given_name')} OR list_has_any(given_forms_l, given_forms_r) OR {similar('given_name', ALIKE)}"
        return [Context("like given names", surely(alike), 1)] if "given_name" in self.columns else []

    @property
    def relatives(self) -> list[Context]:
        """Family names alike, for what whole villages share."""
        return [Context("like family names", self._alike, 20)] if "family_name" in self.columns else []

    @property
    def home(self) -> list[Context]:
        """One address, or alike family names in one place."""
        found = self._places()
        return [Context("one home", f"({' OR '.join(found)})", 1000)] if found else []

    @property
    def home_or_phone(self) -> list[Context]:
        """One home, or a telephone in common."""
        return self._home_or_phone(1000)

    @property
    def members(self) -> list[Context]:
        """One home, for what tells its members apart."""
        return self._home_or_phone(20)

    def _home_or_phone(self, times: float) -> list[Context]:
        found = self._places()
        if "phones" in self.columns:
            found.append(surely("list_has_any(phones_l, phones_r)"))
        return [Context("one home", f"({' OR '.join(found)})", times)] if found else []

    def _places(self) -> list[str]:
        found = [self.one_street] if "street" in self.columns else []
        if "family_name" in self.columns and (places := self._one_place()):
            found.append(f"({self._alike} AND ({places}))")
        return found

    def _one_place(self) -> str:
        """The same postcode, or the same city where a postcode is missing."""
        city, postcode = "city" in self.columns, "postcode" in self.columns
        found = [surely(same("postcode"))] if postcode else []
        if city:
            known = surely(same("city"))
            found.append(f"(({missing('postcode')}) AND {known})" if postcode else known)
        return " OR ".join(found)

    @property
    def one_street(self) -> str:
        """The same street and number, in places that may be one."""
        return f"({surely(same('street'))} AND {self.places_may_be_one})"

    @property
    def places_may_be_one(self) -> str:
        """Postcode or city agree, perhaps misspelled, or nothing is known of them."""
        known = [column for column in ("postcode", "city") if column in self.columns]
        if not known:
            return "true"
        agree = [surely(same(column)) for column in known]
        agree.append(" AND ".join(f"({missing(column)})" for column in known))
        if "postcode" in self.columns:
            agree.append(surely(within_edits("postcode", 2)))
        if "city" in self.columns:
            agree.append(surely(similar("city", 0.85)))
        return f"({' OR '.join(agree)})"

    @property
    def _alike(self) -> str:
        return surely(f"{same('family_name')} OR {same('family_sound')} OR {similar('family_name', ALIKE)}")
