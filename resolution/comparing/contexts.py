"""Contexts: conditions that put two customers into one family or one home, over the columns that there are."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from resolution.comparing.levels import Context
from resolution.conditions.condition import Condition
from resolution.conditions.facts import Equal, Meet, Same, Similar, WithinEdits, missing, similar
from resolution.conditions.logic import ALWAYS, Not, Surely, all_of, any_of
from resolution.conditions.values import Column, Slice

# From this similarity on two family names may be one, misspelled (Jaro-Winkler).
ALIKE = 0.84


def crosswise(least: float) -> tuple[Condition, Condition]:
    """One's given name is like the other's family name, and the other way round."""
    there = Similar(Column("given_name", "l"), Column("family_name", "r"), least)
    back = Similar(Column("family_name", "l"), Column("given_name", "r"), least)
    return there, back


def _initial(column: str, side: str) -> Slice:
    return Slice(Column(column, side), 1, 1)


SWAPPED = Surely(
    all_of(
        Equal(_initial("given_name", "l"), _initial("family_name", "r")),
        Equal(_initial("family_name", "l"), _initial("given_name", "r")),
        *crosswise(0.88),
        Not(similar("given_name", 0.88)),
    )
)
"""Given and family name are in each other's field. The initials are asked first: they are cheap and rule out most."""


def _one_home(places: Sequence[Condition], times: float, work: Sequence[Condition] = ()) -> list[Context]:
    label = "one home or employer" if work else "one home"
    return [Context(label, any_of(*places, *work), times)] if places or work else []


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
        alike = any_of(Same("given_name"), Meet("given_forms"), similar("given_name", ALIKE))
        return [Context("like given names", Surely(alike), 1)] if "given_name" in self.columns else []

    @property
    def relatives(self) -> list[Context]:
        """Family names alike, for what whole villages share."""
        return [Context("like family names", self._alike, 20)] if "family_name" in self.columns else []

    @property
    def home(self) -> list[Context]:
        """One address, alike family names in one place, or one employer."""
        return _one_home(self._places(), 1000, self._work())

    @property
    def home_or_phone(self) -> list[Context]:
        """One home or employer, or a telephone that several use."""
        return _one_home([*self._places(), *self._shared_phone()], 1000, self._work())

    @property
    def members(self) -> list[Context]:
        """One home, for what tells its members apart."""
        return _one_home([*self._places(), *self._shared_phone()], 20)

    @property
    def address(self) -> list[Context]:
        """One address, for what those who work there share."""
        return [Context("one address", self.one_street, 1000)] if "street" in self.columns else []

    def _shared_phone(self) -> list[Condition]:
        """A telephone that several use: one that a single person uses shows no home, but that person."""
        if "phones" not in self.columns:
            return []
        return [all_of(Surely(Meet("phones")), Not(Surely(Meet("own_phones"))))]

    def _work(self) -> list[Condition]:
        """One employer, or nearly its address: colleagues share telephones and mailboxes, as families do."""
        if "company" not in self.columns:
            return []
        found: list[Condition] = [Surely(any_of(Same("company"), similar("company", 0.9)))]
        if "street" in self.columns:
            found.append(all_of(Surely(similar("street", 0.88)), self.places_may_be_one))
        return found

    def _places(self) -> list[Condition]:
        found = [self.one_street] if "street" in self.columns else []
        if "family_name" in self.columns and (places := self._one_place()):
            found.append(all_of(self._alike, any_of(*places)))
        return found

    def _one_place(self) -> list[Condition]:
        """The same postcode, or the same city where a postcode is missing."""
        city, postcode = "city" in self.columns, "postcode" in self.columns
        found: list[Condition] = [Surely(Same("postcode"))] if postcode else []
        if city:
            known = Surely(Same("city"))
            found.append(all_of(missing("postcode"), known) if postcode else known)
        return found

    @property
    def one_street(self) -> Condition:
        """The same street and number, in places that may be one."""
        return all_of(Surely(Same("street")), self.places_may_be_one)

    @property
    def places_may_be_one(self) -> Condition:
        """Postcode or city agree, perhaps misspelled, or nothing is known of them."""
        known = [column for column in ("postcode", "city") if column in self.columns]
        if not known:
            return ALWAYS
        agree: list[Condition] = [Surely(Same(column)) for column in known]
        agree.append(all_of(*(missing(column) for column in known)))
        if "postcode" in self.columns:
            agree.append(Surely(WithinEdits("postcode", 2)))
        if "city" in self.columns:
            agree.append(Surely(similar("city", 0.85)))
        return any_of(*agree)

    @property
    def _alike(self) -> Condition:
        return Surely(any_of(Same("family_name"), Same("family_sound"), similar("family_name", ALIKE)))
