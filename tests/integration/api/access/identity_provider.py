"""An identity provider over real HTTP: its discovery document, its keys, and tokens that it signs."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "cdp"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class IdentityProvider:
    """``keys`` are those that it tells; ``asked`` counts how often."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.keys: dict[str, PrivateKey] = {}
        self.more_keys: list[dict[str, Any]] = []
        self.asked = 0
        self.is_away = False

    def token(self, kid: str, key: Any = None, algorithm: str = "RS256", **claims: Any) -> str:
        """A token as it should be, with the changes that a test is about; a claim that is None is left out."""
        now = int(time())
        usual = {"iss": self.issuer, "aud": AUDIENCE, "sub": "user-7", "iat": now, "exp": now + 300}
        said = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(said, self.keys[kid] if key is None else key, algorithm=algorithm, headers={"kid": kid})

    def answer(self, path: str) -> dict[str, Any] | None:
        if self.is_away:
            return None
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        self.asked += 1
        return {"keys": [*(public(kid, key) for kid, key in self.keys.items()), *self.more_keys]}


def public(kid: str, key: PrivateKey) -> dict[str, Any]:
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    told = json.loads(algorithm.to_jwk(key.public_key()))  # pyright: ignore[reportArgumentType]
    return {**told, "kid": kid, "use": "sig"}


@contextmanager
def identity_provider() -> Generator[IdentityProvider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = provider.answer(self.path)
            self.send_response(200 if found else 503)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = IdentityProvider(server.server_address[1])
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
