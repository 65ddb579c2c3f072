"""Sign-in by OpenID Connect, where [auth] stands in Streamlit's secrets.toml: before it, nothing of a library shows."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAuthError, StreamlitMissingAuthlibError

from qa.page.widgets import escaped

# Who of those whom the provider knows may enter is said here, so that nobody enters by an oversight.
PEOPLE = "people"
EVERYBODY = "*"
# If true, addresses count that the provider does not call verified.
UNVERIFIED = "unverified"

# Set once [auth] was seen, until the server starts anew. Streamlit's own caches may be cleared by any browser.
_locked = threading.Event()


def may_enter() -> bool:
    """Whether the visitor may see the page; if not, draw the reason and the sign-in button."""
    is_loaded = st.secrets.load_if_toml_exists()
    auth: Mapping[str, Any] | None = st.secrets.get("auth") if is_loaded else None
    if auth is not None:
        _locked.set()
        return may_see(auth)
    # A file that cannot be read may hold an [auth]; a door whose lock is broken stays shut.
    is_broken = not is_loaded and any(Path(path).exists() for path in st.get_option("secrets.files"))
    if is_broken:
        st.error("secrets\\.toml cannot be read, and may hold a sign\\-in; put it right or take it away\\.")
    elif _locked.is_set():
        # Editors may empty a file before they write it.
        st.error(escaped("[auth] is gone from secrets.toml; put it back, or start the page anew to open it."))
    return not is_broken and not _locked.is_set()


def may_see(auth: Mapping[str, Any]) -> bool:
    """Whether somebody has signed in who may see the page; draw the way in or out, and why not."""
    if not (auth and st.user.get("is_logged_in")):
        show_sign_in(auth)
        return False
    refusal = why_not(st.user, auth.get(PEOPLE), unverified=auth.get(UNVERIFIED) is True)
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        st.text(_address(st.user) or "no e-mail address", width="content")
        st.button("Sign out", type="tertiary", on_click=st.logout)
    if refusal:
        st.error(escaped(refusal))
    return not refusal


def why_not(user: Mapping[str, Any], people: Any, *, unverified: bool = False) -> str | None:
    """Return why somebody who signed in may not enter; None if he may.

    `people` holds addresses, domains as "@example.org", or "*" for everybody whom the provider lets sign in.
    An address counts where the provider says that it is verified, or where `unverified` ones do.
    """
    allowed = {f"{each}".strip().casefold() for each in ([people] if isinstance(people, str) else people or ())}
    if not allowed:
        return f"Nobody may see these interviews yet: [auth] in secrets.toml names no {PEOPLE}."
    if EVERYBODY in allowed:
        return None
    # Some providers let people claim any address.
    if not unverified and f"{user.get('email_verified')}".casefold() != "true":
        return "Your provider does not confirm that this e-mail address is yours, so nothing is shown."
    address = _address(user)
    name, _, domain = address.rpartition("@")
    if name and not {address, f"@{domain}"}.isdisjoint(allowed):
        return None
    return "These interviews are not open to you."


def show_sign_in(auth: Mapping[str, Any]) -> None:
    """Draw the title and a button for each provider."""
    st.title("Ask the interviews", anchor=False)
    named = [name for name, value in auth.items() if isinstance(value, Mapping) and name != "client_kwargs"]
    ways: dict[str, str | None] = {"Sign in": None}
    if named and "client_id" not in auth:
        ways = {f"Sign in with {name}": name for name in named}
    for label, provider in ways.items():
        if st.button(escaped(label)):
            sign_in(provider)


def sign_in(provider: str | None) -> None:
    """Lead to the provider; where that cannot be, say why."""
    try:
        st.login(provider)
    except StreamlitMissingAuthlibError:
        st.error("Signing in needs Authlib, which is not installed here\\.")
    except StreamlitAuthError as error:
        st.error(escaped(f"Nobody can sign in yet. {' '.join(f'{error}'.split())}"))


def _address(user: Mapping[str, Any]) -> str:
    """Return the e-mail address of somebody who signed in, lower case; empty if the provider gives none."""
    return f"{user.get('email') or ''}".strip().casefold()
