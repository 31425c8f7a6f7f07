# Tokens of people, checked against keys that a real provider tells over HTTP.
import base64
import json
from collections.abc import Callable, Generator
from time import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from api.access import tokens
from api.access.authentication import Authentication
from api.access.keys import ApiKeys
from api.access.roles import ROLES
from api.access.viewer import PERSONAL_SCOPES, Scope
from graph.address import Address
from graph.api_keys import ApiKey
from graph.errors import ConfigurationError, UnauthenticatedError, UncheckedError
from tests.asking import keyed_settings
from tests.integration.api.access.identity_provider import (
    AUDIENCE,
    IdentityProvider,
    ec_key,
    identity_provider,
    rsa_key,
)
from tests.integration.api.conftest import connected

RSA, OTHER = rsa_key(), rsa_key()


@pytest.fixture
def provider() -> Generator[IdentityProvider]:
    with identity_provider() as provider:
        provider.keys["first"] = RSA
        yield provider


async def _no_keys() -> list[ApiKey]:
    return []


def authentication(provider: IdentityProvider, **changes: Any) -> Authentication:
    asked: dict[str, Any] = {"oidc_issuer": provider.issuer, "oidc_audience": AUDIENCE}
    return Authentication(keyed_settings(**(asked | changes)), ApiKeys(_no_keys, lambda _name, _at: None))


async def test_a_person_sees_what_the_scopes_of_the_token_say(provider: IdentityProvider) -> None:
    known = authentication(provider)
    by_words = await known.viewer_of(f"Bearer {provider.token('first', scope='openid profile:read events:read')}")
    by_role = await known.viewer_of(
        f"Bearer {provider.token('first', scope=['role:agent', 7, 'role:king'])}", "case 17"
    )
    without = await known.viewer_of(f"Bearer {provider.token('first')}")

    assert (by_words.subject, by_words.kind) == ("user-7", "person")
    assert by_words.scopes == {Scope.PROFILE_READ, Scope.EVENTS_READ}
    assert (by_role.scopes, by_role.purpose) == (ROLES["agent"], "case 17")
    assert without.scopes == frozenset()
    assert by_words.expires_at is not None


async def test_without_a_purpose_personal_data_is_not_for_people(provider: IdentityProvider) -> None:
    token = provider.token("first", scope="role:agent")
    known = authentication(provider)

    assert (await known.viewer_of(f"Bearer {token}")).scopes == ROLES["agent"] - PERSONAL_SCOPES
    assert (await known.viewer_of(f"Bearer {token}", "case 17")).scopes == ROLES["agent"]
    assert (await known.viewer_of(f"Bearer {token}", "  ")).scopes == ROLES["agent"] - PERSONAL_SCOPES


async def test_a_token_is_answered_over_http(provider: IdentityProvider, neo4j_address: Address) -> None:
    question = {"query": "{ confidenceLevels { default } }"}
    async with connected(neo4j_address, oidc_issuer=provider.issuer, oidc_audience=AUDIENCE) as client:
        good, bad = provider.token("first", scope="profile:read"), provider.token("first", OTHER)
        answers = [
            await client.post("/graphql", json=question, headers={"Authorization": f"Bearer {token}"})
            for token in (good, bad)
        ]

    assert [answer.status_code for answer in answers] == [200, 401]


def _unsigned(provider: IdentityProvider) -> str:
    return provider.token("first", key="", algorithm="none")


def _signed_with_the_public_key(provider: IdentityProvider) -> str:
    """HS256, with the public key as its secret: what a checker falls for that believes the header."""
    secret = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": "first"}
    claims = {"iss": provider.issuer, "aud": AUDIENCE, "sub": "user-7", "iat": int(time()), "exp": int(time()) + 300}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    key = jwt.get_algorithm_by_name("HS256")
    signature = key.sign(b".".join(parts), secret)
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def _with_its_own_key(provider: IdentityProvider) -> str:
    """Brings the key to check it with."""
    numbers = RSAAlgorithm.to_jwk(OTHER.public_key(), as_dict=True)
    claims = jwt.decode(provider.token("first"), options={"verify_signature": False})
    headers = {"kid": "first", "jwk": numbers, "jku": f"{provider.issuer}/keys"}
    return jwt.encode(claims, OTHER, algorithm="RS256", headers=headers)


FORGED: dict[str, Callable[[IdentityProvider], str]] = {
    "no signature": _unsigned,
    "the public key as a secret": _signed_with_the_public_key,
    "its own key": _with_its_own_key,
    "another key": lambda provider: provider.token("first", OTHER),
    "an algorithm that is not asked for": lambda provider: provider.token("first", algorithm="RS512"),
    "a key that is not known": lambda provider: provider.token("third", OTHER),
    "another issuer": lambda provider: provider.token("first", iss="https://elsewhere.example"),
    "another audience": lambda provider: provider.token("first", aud="shop"),
    "no audience": lambda provider: provider.token("first", aud=None),
    "no end": lambda provider: provider.token("first", exp=None),
    "an end that is none": lambda provider: provider.token("first", exp="tomorrow"),
    "an end beyond all calendars": lambda provider: provider.token("first", exp=10**20),
    "no beginning": lambda provider: provider.token("first", iat=None),
    "a beginning to come": lambda provider: provider.token("first", iat=int(time()) + 3_600),
    "nobody": lambda provider: provider.token("first", sub=None),
    "an end that has come": lambda provider: provider.token("first", exp=int(time()) - 60),
    "changed by a letter": lambda provider: provider.token("first")[:-6] + "AAAAAA",
    "too long": lambda provider: provider.token("first", padding="x" * 9_000),
}  # fmt: skip


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
async def test_a_token_that_does_not_count_is_refused(
    provider: IdentityProvider, forged: Callable[[IdentityProvider], str]
) -> None:
    token = forged(provider)
    with pytest.raises(UnauthenticatedError) as refused:
        await authentication(provider).viewer_of(f"Bearer {token}")

    assert token not in str(refused.value)
    assert "user-7" not in str(refused.value)


async def test_a_secret_among_the_keys_signs_nothing(provider: IdentityProvider) -> None:
    secret = base64.urlsafe_b64encode(b"s" * 32).decode()
    provider.more_keys = [{"kty": "oct", "k": secret, "kid": "shared", "alg": "HS256"}]
    token = provider.token("shared", b"s" * 32, "HS256")

    with pytest.raises(UnauthenticatedError):
        await authentication(provider).viewer_of(f"Bearer {token}")


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
async def test_whatever_has_three_parts_is_refused_in_words(
    provider: IdentityProvider, first: str, second: str, third: str
) -> None:
    with pytest.raises(UnauthenticatedError):
        await authentication(provider).viewer_of(f"Bearer a{first}.{second}.{third}z")


async def test_a_new_key_of_the_provider_is_found_and_an_unknown_one_asked_for_once(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = authentication(provider)
    await known.viewer_of(f"Bearer {provider.token('first')}")
    for _ in range(5):
        with pytest.raises(UnauthenticatedError):
            await known.viewer_of(f"Bearer {provider.token('unknown', OTHER)}")
    asked_by_unknown_keys = provider.asked
    provider.keys["second"] = ec_key()
    monkeypatch.setattr(tokens, "KEYS_ASKED_AGAIN_S", 0.0)
    viewer = await known.viewer_of(f"Bearer {provider.token('second', algorithm='ES256')}")

    assert asked_by_unknown_keys == 1
    assert viewer.subject == "user-7"


async def test_a_withdrawn_key_ends_the_tokens_that_it_signed(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, token = authentication(provider), provider.token("first")
    await known.viewer_of(f"Bearer {token}")
    provider.keys = {"second": rsa_key()}
    monkeypatch.setattr(tokens, "KEYS_KEPT_S", 0.0)

    with pytest.raises(UnauthenticatedError):
        await known.viewer_of(f"Bearer {token}")


async def test_a_remembered_token_still_ends(provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "LEEWAY_S", 0)
    known, token = authentication(provider), provider.token("first", exp=time() + 1.2)
    await known.viewer_of(f"Bearer {token}")
    while time() < jwt.decode(token, options={"verify_signature": False})["exp"]:
        pass

    with pytest.raises(UnauthenticatedError):
        await known.viewer_of(f"Bearer {token}")


async def test_a_provider_that_is_away_stops_nobody_who_is_known(provider: IdentityProvider) -> None:
    known = authentication(provider)
    await known.viewer_of(f"Bearer {provider.token('first')}")
    provider.is_away = True
    late = authentication(provider)

    assert (await known.viewer_of(f"Bearer {provider.token('first', sub='user-8')}")).subject == "user-8"
    with pytest.raises(UncheckedError):
        await late.viewer_of(f"Bearer {provider.token('first')}")


async def test_an_address_as_subject_does_not_reach_the_logs(provider: IdentityProvider) -> None:
    viewer = await authentication(provider).viewer_of(f"Bearer {provider.token('first', sub='anna@example.org')}")

    assert "anna" not in viewer.subject
    assert len(viewer.subject) == 32


@pytest.mark.parametrize(
    "changes",
    [{"oidc_audience": None}, {"oidc_audience": ""}, {"oidc_issuer": "http://login.example.org"}],
)
def test_settings_that_would_let_others_in_are_refused(provider: IdentityProvider, changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        authentication(provider, **changes)


async def test_keys_are_read_over_https_only(provider: IdentityProvider) -> None:
    with pytest.raises(UncheckedError):
        await authentication(provider, oidc_jwks_url="http://login.example.org/keys").viewer_of(
            f"Bearer {provider.token('first')}"
        )


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_an_algorithm_with_a_shared_secret_cannot_be_set(algorithm: str) -> None:
    with pytest.raises(ValueError, match="oidc_algorithms"):
        keyed_settings(oidc_algorithms=(algorithm,))
