"""A small company, resolved, and what can be asked of it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from graph.connection import Graph
from graph.runs import latest_run
from resolution.explanation.how import How, how
from resolution.explanation.telling import tell_why_not
from resolution.explanation.why import Why, why
from resolution.explanation.why_not import WhyNot, why_not, why_not_at
from resolution.incremental import IncrementalResolution
from resolution.models.model import Model
from resolution.models.model_store import ModelStore
from resolution.pipeline import resolve
from resolution.settings import ResolutionSettings
from resolution.stewards.stewardship import Steward, Stewardship
from tests.factories import identifier
from tests.integration.resolution.people import NAMES, write_person

SETTINGS = ResolutionSettings.model_validate({})
ADA = Steward("ada", "father and son")
OF_A_CARD = (identifier("loyalty_card", "77"),)
OF_ANNA = (identifier("email", "anna.ilg@example.org"),)
ODD: dict[str, tuple[str, dict[str, Any]]] = {
    "20": ("Otto Ilg", {"birth_date": "1920-01-05", "postcode": "2421", "gender": "male", "identifiers": OF_ANNA}),
    "21": ("Otto Ilg", {"birth_date": "1920-01-05", "gender": "male", "identifiers": OF_A_CARD}),
    "22": ("Vera Ilg", {"birth_date": "1950-01-05", "gender": "male", "identifiers": OF_A_CARD}),
    "23": ("Anna Ilg", {"birth_date": "1920-01-05", "gender": "female", "identifiers": ()}),
    "24": ("Anna Berg", {"birth_date": None, "postcode": "99999", "identifiers": ()}),
    "26": ("Ana Ilg", {"birth_date": "1970-05-18", "gender": "female", "identifiers": ()}),
    "25": ("Zoe Vogel", {"birth_date": None, "postcode": None, "identifiers": ()}),
}


class Company:
    """A resolved graph."""

    def __init__(self, graph: Graph, folder: Path) -> None:
        self.graph, self._store = graph, ModelStore(folder)
        self.resolve()

    @classmethod
    def of_eight(cls, graph: Graph, folder: Path) -> "Company":
        """Eight people, four of them in three systems, and six odd records."""
        graph.run_alone("erase_everything")
        for number, name in enumerate(NAMES):
            gender = "female" if number % 2 else "male"
            write_person(graph, "crm", str(number), name, gender=gender)
            if number < 4:
                write_person(graph, "shop", str(number), name, gender=gender)
                write_person(graph, "email", str(number), name, postcode=None)
        for external_id, (name, changes) in ODD.items():
            write_person(graph, "shop", external_id, name, **changes)
        return cls(graph, folder)

    def resolve(self) -> None:
        resolve(self.graph, SETTINGS, self._store)

    @property
    def model(self) -> Model:
        run = latest_run(self.graph)
        assert run is not None
        return self._store.load(run[1].version)

    @property
    def stewards(self) -> Stewardship:
        return Stewardship(self.graph, IncrementalResolution(self.model))

    def level(self, name: str) -> float:
        return self.model.levels[name]

    def why(self, left: str, right: str, level: str = "default") -> Why:
        with self.graph.reading() as reader:
            return why(reader, self.model, left, right, self.level(level))

    def why_not(self, left: str, right: str, level: str = "default") -> WhyNot:
        """Asked from both sides: the reason is the same."""
        with self.graph.reading() as reader:
            found = why_not(reader, self.model, left, right, self.level(level))
            other = why_not(reader, self.model, right, left, self.level(level))
        assert other.reason.kind == found.reason.kind
        return found

    def why_not_at(self, left: str, right: str, at: datetime, level: str = "default") -> WhyNot:
        """The same, of a time."""
        with self.graph.reading() as reader:
            found = why_not_at(reader, left, right, self.level(level), at)
            other = why_not_at(reader, right, left, self.level(level), at)
        assert other.reason.kind == found.reason.kind
        return found

    def how(self, customer: str, level: str = "default") -> How:
        with self.graph.reading() as reader:
            return how(reader, customer, self.level(level))


def told(found: WhyNot) -> str:
    return "\n".join(tell_why_not(found))
