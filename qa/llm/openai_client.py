"""A client of OpenAI's chat protocol, for a language model on this machine or elsewhere; off unless one is set.

https://platform.openai.com/docs/api-reference/chat/create is spoken by Ollama, llama.cpp, LM Studio and the clouds.
"""

import ipaddress
import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urlsplit

from index.errors import InterviewQAError

URL, MODEL, KEY = "INTERVIEW_QA_LLM_URL", "INTERVIEW_QA_LLM_MODEL", "INTERVIEW_QA_LLM_KEY"

# Timeouts: to connect; between two tokens; for a whole answer.
CONNECT_S, SILENCE_S, LONGEST_S = 5, 60, 300

# Limits on a response and on one of its lines.
MOST_CHARS, LONGEST_LINE_CHARS = 50_000_000, 100_000

# Reasoning models refuse a temperature; the request is repeated without one.
REQUESTS: tuple[dict[str, Any], ...] = ({"temperature": 0}, {})

REFUSED = {
    HTTPStatus.UNAUTHORIZED: "{where} refuses the key; {key} holds it",
    HTTPStatus.FORBIDDEN: "{where} refuses the key; {key} holds it",
    HTTPStatus.NOT_FOUND: "{where} knows no model “{model}”, or its address in {url} lacks a /v1 at the end",
    HTTPStatus.TOO_MANY_REQUESTS: "{where} takes no more questions for now; ask it again later",
}


class EndpointError(InterviewQAError):
    """A language model did not answer."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a language model."""

    url: str
    model: str | None = None  # None: the first model of the server
    key: str | None = field(default=None, repr=False)

    @property
    def where(self) -> str:
        """Host and port, without credentials; empty if the address is invalid."""
        parts = _parts(self.url)
        return parts.netloc.rpartition("@")[2] if parts else ""

    @property
    def is_here(self) -> bool:
        """Whether the address is on this machine."""
        parts = _parts(self.url)
        host = (parts.hostname or "") if parts else ""
        # Other names ending in .localhost may resolve to another machine.
        if host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


def endpoint() -> Endpoint | None:
    """Return the endpoint set in the environment, or None."""
    url = os.environ.get(URL, "").strip()
    if not url:
        return None
    return Endpoint(url, os.environ.get(MODEL, "").strip() or None, os.environ.get(KEY, "").strip() or None)


def first_model(at: Endpoint) -> str:
    """Return the first model that the server lists. Raises EndpointError."""
    with _opened(at, "GET", "models") as response:
        text = "".join(_texts(at, response))
    try:
        return str(json.loads(text)["data"][0]["id"])
    except (ValueError, LookupError, TypeError):
        raise EndpointError(f"{at.where} lists no model; set one in {MODEL}") from None


def pieces(at: Endpoint, model: str, messages: Sequence[dict[str, str]]) -> Iterator[str]:
    """Yield the model's text as it arrives; empty strings while it reasons. May raise EndpointError half-way."""
    asked = {"model": model, "messages": list(messages), "stream": True}
    heard = time.monotonic()
    is_whole = is_stream = False
    with _opened(at, "POST", "chat/completions", asked) as response:
        for line in _lines(at, response):
            if time.monotonic() > heard + SILENCE_S:
                # Some servers send comments to keep the connection alive.
                raise EndpointError(_too_long(at))
            if not line.startswith("data:"):
                continue
            is_stream, data = True, line.removeprefix("data:").strip()
            if data == "[DONE]":
                return
            text, ended = _piece(at, data)
            is_whole = is_whole or ended
            if text is not None:
                heard = time.monotonic()
                yield text
    if not is_stream:
        raise EndpointError(_no_protocol(at))
    if not is_whole:
        raise EndpointError(f"the connection to {at.where} broke off")


def _parts(url: str) -> SplitResult | None:
    """Return the parts of an http(s) address, or None if it is invalid."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_one else None


@contextmanager
def _opened(at: Endpoint, method: str, path: str, asked: dict[str, Any] | None = None) -> Iterator[Any]:
    """Send a request and hold its response open. Raises EndpointError for any failure until it is closed."""
    import httpx2

    if not at.where:
        raise EndpointError(f"{URL} is not the address of a model, such as http://localhost:11434/v1")
    # Compressed, a response could unpack to any size before its length is known.
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {at.key}"} if at.key else {})
    try:
        timeout = httpx2.Timeout(SILENCE_S, connect=CONNECT_S)
        # The proxy of the environment is for other machines.
        with httpx2.Client(timeout=timeout, headers=headers, trust_env=not at.is_here) as client:
            for more in REQUESTS if asked else ({},):
                body = {**asked, **more} if asked else None
                with client.stream(method, f"{at.url.rstrip('/')}/{path}", json=body) as response:
                    if response.status_code == HTTPStatus.BAD_REQUEST and more:
                        continue
                    if response.status_code != HTTPStatus.OK:
                        raise EndpointError(_refusal(at, response.status_code, (asked or {}).get("model")))
                    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
                        raise EndpointError(_no_protocol(at))
                    yield response
                    return
    except httpx2.ConnectTimeout:
        raise EndpointError(f"{at.where} did not accept a connection within {CONNECT_S} seconds") from None
    except httpx2.TimeoutException:
        raise EndpointError(f"{at.where} sent nothing for {SILENCE_S} seconds") from None
    except httpx2.ConnectError:
        raise EndpointError(f"nothing answers at {at.where}; is the model's server running?") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, UnicodeError):
        raise EndpointError(f"the connection to {at.where} broke off") from None


def _texts(at: Endpoint, response: Any) -> Iterator[str]:
    """Yield the response's text as it arrives. Raises EndpointError if it takes too long or is too large."""
    until, taken = time.monotonic() + LONGEST_S, 0
    for text in response.iter_text():
        taken += len(text)
        if time.monotonic() > until or taken > MOST_CHARS:
            raise EndpointError(_too_long(at))
        yield text


def _lines(at: Endpoint, response: Any) -> Iterator[str]:
    """Yield the response's lines as they arrive. Raises EndpointError for a line that is too long."""
    begun = ""
    for text in _texts(at, response):
        *lines, begun = re.split(r"[\r\n]", f"{begun}{text}")
        if max(map(len, (*lines, begun))) > LONGEST_LINE_CHARS:
            raise EndpointError(_no_protocol(at))
        yield from lines
    yield begun


def _too_long(at: Endpoint) -> str:
    return f"{at.where} takes too long; the model may be too large for the machine"


def _no_protocol(at: Endpoint) -> str:
    return f"{at.where} does not answer as a server of OpenAI's protocol does; see {URL}"


def _refusal(at: Endpoint, status: int, model: str | None) -> str:
    """Return the error text for a status that is not 200."""
    if status in REFUSED:
        return REFUSED[HTTPStatus(status)].format(where=at.where, model=model or "", key=KEY, url=URL)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"{at.where} failed with an error of its own ({status})"
    return f"{at.where} does not take the question ({status})"


def _piece(at: Endpoint, data: str) -> tuple[str | None, bool]:
    """Return (text of an event, None if it has none; whether it is the last)."""
    try:
        event = json.loads(data)
        if "error" in event:
            raise EndpointError(f"{at.where} failed with an error of its own")
        # The last event may hold only token counts.
        choice = event["choices"][0] if event["choices"] else {}
        delta = choice.get("delta") or {}
        text = delta.get("content")
        thinks = any(isinstance(delta.get(name), str) for name in ("reasoning", "reasoning_content"))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise EndpointError(_no_protocol(at)) from None
    return (text if isinstance(text, str) else "" if thinks else None), bool(choice.get("finish_reason"))
