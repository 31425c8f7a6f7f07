"""Seen: whose data an answer shows, and how much of it in clear or masked. Resolvers and masking tell it."""

from collections import Counter

from graph.identities import AmbiguousIdentity, FoundProfile, MergedProfile
from graph.profile_ids import profile_id
from graph.profiles import Profile

PROFILES_NAMED = 200


class Seen:
    """What one answer shows. One for each request."""

    __slots__ = ("_profiles", "in_clear", "masked")

    def __init__(self) -> None:
        self._profiles: set[str] = set()
        self.in_clear: Counter[str] = Counter()
        self.masked: Counter[str] = Counter()

    @property
    def profiles(self) -> list[str]:
        """Ids of the profiles, at most ``PROFILES_NAMED``."""
        return sorted(self._profiles)[:PROFILES_NAMED]

    @property
    def profile_count(self) -> int:
        """How many profiles there were."""
        return len(self._profiles)

    def profile(self, profile: str) -> None:
        """Something of the profile with this id is shown."""
        self._profiles.add(profile)

    def customer(self, key: str) -> None:
        """Something of this customer is shown, whatever profile it is part of."""
        self._profiles.add(profile_id(key))

    def found(self, found: FoundProfile) -> None:
        """An answer to who is meant by something."""
        if isinstance(found, Profile):
            self.profile(found.id)
        elif isinstance(found, MergedProfile):
            self.profile(found.profile.id)
        elif isinstance(found, AmbiguousIdentity):
            self._profiles.update(found.profile_ids)

    def clear(self, kind: str, count: int = 1) -> None:
        """So many values of a class of personal data, such as ``contact``, are shown in clear."""
        self.in_clear[kind] += count

    def hidden(self, kind: str, count: int = 1) -> None:
        """So many values of a class of personal data are shown masked."""
        self.masked[kind] += count
