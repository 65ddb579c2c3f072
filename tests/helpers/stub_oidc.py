"""An OpenID Connect provider on this machine; the test chooses who signs in."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT = "interviews"


class StubProvider:
    """Who signs in, and where the provider is."""

    def __init__(self) -> None:
        self.url = ""
        self.claims: dict[str, Any] = {}


@contextmanager
def stub_provider() -> Iterator[StubProvider]:
    """Run the provider. It needs joserfc, which comes with Authlib."""
    from joserfc import jwt
    from joserfc.jwk import RSAKey

    stub = StubProvider()
    key = RSAKey.generate_key(2048, parameters={"kid": "1"})
    nonces: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            if address.path == "/.well-known/openid-configuration":
                self._send(
                    {
                        "issuer": stub.url,
                        "authorization_endpoint": f"{stub.url}/authorize",
                        "token_endpoint": f"{stub.url}/token",
                        "jwks_uri": f"{stub.url}/keys",
                        "response_types_supported": ["code"],
                        "subject_types_supported": ["public"],
                        "id_token_signing_alg_values_supported": ["RS256"],
                    }
                )
            elif address.path == "/keys":
                self._send({"keys": [key.as_dict(private=False)]})
            elif address.path == "/authorize":
                code = secrets.token_hex(8)
                nonces[code] = query["nonce"]
                self.send_response(302)
                self.send_header(
                    "Location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
                )
                self.end_headers()

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            now = int(time.time())
            claims = {"iss": stub.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 600}
            claims |= {"nonce": nonces[form["code"][0]], **stub.claims}
            token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)
            self._send({"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": token})

        def _send(self, answer: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
