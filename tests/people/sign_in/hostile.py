"""An identity provider that answers as it is told: forged, stale, for somebody else. A process of its own.

``python -m tests.people.sign_in.hostile PORT``; PUT /control takes what is to be wrong, as JSON.
"""

import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEYS = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("ours", "another")}


class State:
    told: dict[str, Any] = {}
    asked: dict[str, dict[str, str]] = {}  # by code: the query of /authorize
    forms: list[dict[str, str]] = []  # what came to /token


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def do_PUT(self) -> None:
        State.told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.say({})

    def do_GET(self) -> None:
        path, told = urlsplit(self.path).path, State.told
        if path == "/.well-known/openid-configuration":
            places = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
            }
            self.say({**places, **told.get("places", {})})
        elif path == "/authorize":
            query = dict(parse_qsl(urlsplit(self.path).query))
            code = secrets.token_urlsafe(8)
            State.asked[code] = query
            back = {"code": code, "state": query["state"], **told.get("back", {})}
            self.send_response(302)
            self.send_header("location", f"{query['redirect_uri']}?{urlencode(back)}")
            self.end_headers()
        elif path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEYS["ours"].public_key()))
            listed = [{**key, "kid": "ours", "use": "sig", "alg": "RS256", **told.get("jwk", {})}]
            self.say({"keys": told.get("keys", listed)})
        elif path == "/userinfo":
            self.say({"sub": "sub-1", **told.get("userinfo", {})})
        elif path == "/forms":
            self.say({"forms": State.forms, "asked": list(State.asked.values())})
        elif path == "/elsewhere":
            self.say({"issuer": self.issuer})

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
        State.forms.append(form)
        asked, told, now = State.asked.pop(form.get("code", ""), {}), State.told, int(time.time())
        if "token_status" in told:
            self.say({"error": "invalid_grant"}, told["token_status"])
            return
        claims = {
            "iss": self.issuer,
            "sub": "sub-1",
            "aud": asked.get("client_id"),
            "iat": now,
            "exp": now + 300,
            "nonce": asked.get("nonce"),
            **told.get("claims", {}),
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        answer = {"access_token": "at", "token_type": "Bearer", "id_token": self.sign(claims, told)}
        self.say({**answer, **told.get("token", {})})

    def sign(self, claims: dict[str, Any], told: dict[str, Any]) -> str:
        algorithm, headers = told.get("alg", "RS256"), {"kid": told.get("kid", "ours")}
        if algorithm == "none":
            return jwt.encode(claims, None, algorithm="none", headers=headers)
        if algorithm == "HS256":  # the public key as if it were a shared secret
            return jwt.encode(claims, "the-client-secret-of-some-length!", algorithm="HS256", headers=headers)
        token = jwt.encode(claims, KEYS[told.get("key", "ours")], algorithm=algorithm, headers=headers)
        return token[:-8] + "AAAAAAAA" if told.get("is_cut") else token

    def say(self, answer: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
