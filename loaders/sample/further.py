"""The systems that only the extended sample has, and what the six have to say there besides.

Each sees a person after the six did, from draws of its own, so the files of the six are the same in both samples.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from loaders.sample.dice import Dice, Stream
from loaders.sample.observations import Observed
from loaders.sample.sightings import Sighting
from loaders.sample.sorting import Runs
from loaders.sample.sources.campaign import CampaignFiles
from loaders.sample.sources.cdp import CdpFiles
from loaders.sample.sources.cmp import CmpFiles
from loaders.sample.sources.crm_consents import CrmConsentFiles
from loaders.sample.sources.data_mart import DataMartFiles
from loaders.sample.sources.dmp import DmpFiles
from loaders.sample.sources.dwh import DwhFiles
from loaders.sample.sources.email_sends import EmailSendFiles
from loaders.sample.sources.loyalty import LoyaltyFiles
from loaders.sample.sources.push_tokens import PushTokenFiles
from loaders.sample.sources.social import SocialFiles
from loaders.sample.writing import WrittenFile


class SystemFiles(Protocol):
    """The files of one system while they are written."""

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """Write down what the system saw of a person; gives the records that it has of them."""
        ...

    def finish(self) -> list[WrittenFile]:
        """Write the files."""
        ...


OpenFiles: TypeAlias = Callable[[Path, Runs], SystemFiles]
"""From the folder of the sample and the runs of the files."""

_SYSTEMS: tuple[tuple[Stream, OpenFiles], ...] = (
    (Stream.CRM_CONSENTS, CrmConsentFiles),
    (Stream.EMAIL_SENDS, EmailSendFiles),
    (Stream.PUSH_TOKENS, PushTokenFiles),
    (Stream.SOCIAL, SocialFiles),
    (Stream.CAMPAIGN, CampaignFiles),
    (Stream.CDP, CdpFiles),
    (Stream.DWH, DwhFiles),
    (Stream.DATA_MART, DataMartFiles),
    (Stream.DMP, DmpFiles),
    (Stream.CMP, CmpFiles),
    (Stream.LOYALTY, LoyaltyFiles),
)


@dataclass(frozen=True, slots=True)
class FurtherFiles:
    """The files of all further systems."""

    systems: tuple[tuple[Stream, SystemFiles], ...]

    @property
    def files(self) -> tuple[SystemFiles, ...]:
        """By system."""
        return tuple(system for _, system in self.systems)

    def add(self, observed: Observed, seed: int) -> list[Sighting]:
        """Write down what the systems saw of a person; gives their records."""
        place = observed.person.number
        return [seen for stream, system in self.systems for seen in system.add(observed, Dice(seed, stream, place))]


def open_further_files(folder: Path, runs: Runs) -> FurtherFiles:
    """The files in an empty folder; ``runs`` is for sorting."""
    return FurtherFiles(tuple((stream, system(folder, runs)) for stream, system in _SYSTEMS))
