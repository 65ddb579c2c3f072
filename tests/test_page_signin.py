"""Sign-in: with [auth] in secrets.toml, nobody sees anything of the library before it; without, nothing changes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Page
from pages import FIRST_ANSWER_MS
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from stub_provider import CLIENT, StubProvider, stub_provider

from qa.page.signin import why_not

# Addresses that show something of the library to whoever may see it.
LINKS = ("", "?q=castor+oil", "?passage=yuki-arnalds-glacier.txt:2882-3216", "?show=interviews")


def serve(secrets: str, index: Path, cwd: Path) -> Page:
    (cwd / ".streamlit").mkdir(parents=True)
    (cwd / ".streamlit" / "secrets.toml").write_text(secrets)
    served = Page([sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")], index, cwd, cwd / "log")
    served.wait_until_up()
    return served


@pytest.fixture(scope="module")
def provider() -> Iterator[StubProvider]:
    pytest.importorskip("authlib")
    with stub_provider() as running:
        yield running


@pytest.fixture(scope="module")
def locked(provider: StubProvider, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Serve the page to two people and a domain."""
    served = serve(
        f"""
        [auth]
        redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
        cookie_secret = "a long secret of a test that nobody else knows"
        client_id = "{CLIENT}"
        client_secret = "another secret"
        server_metadata_url = "{provider.url}/.well-known/openid-configuration"
        people = ["ada@example.org", "bo@example.net", "@example.com"]
        """,
        sample_folder,
        tmp_path_factory.mktemp("locked"),
    )
    yield served
    served.stop()


def sign_in(tab: Tab, locked: Page) -> None:
    tab.goto(locked.url)
    tab.get_by_role("button", name="Sign in").click(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_role("button", name="Sign out")).to_be_visible(timeout=FIRST_ANSWER_MS)


@pytest.mark.parametrize("link", LINKS)
def test_nothing_shows_before(locked: Page, tab: Tab, link: str) -> None:
    frames: list[bytes] = []

    def keep(frame: str | bytes) -> None:
        frames.append(frame.encode() if isinstance(frame, str) else frame)

    tab.on("websocket", lambda socket: socket.on("framereceived", keep))
    tab.goto(f"{locked.url}/{link}")
    expect(tab.get_by_role("button", name="Sign in")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_test_id("stMain")).to_have_text("Ask the interviewsSign in")
    expect(tab.get_by_test_id("stChatInputTextArea")).to_have_count(0)
    sent = b"".join(frames)
    assert b"Sign in" in sent
    assert not [word for word in (b"Arnalds", b"hydrophone", b"Dele", b"interviews,", b"Bridges") if word in sent]


@pytest.mark.parametrize("address", ["ADA@example.org", "somebody@example.com"])
def test_whoever_may_enters_asks_and_leaves(locked: Page, tab: Tab, provider: StubProvider, address: str) -> None:
    provider.claims = {"email": address, "email_verified": True}
    sign_in(tab, locked)
    expect(tab.get_by_text(address.lower())).to_be_visible()
    tab.goto(f"{locked.url}/?q=castor+oil")
    expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("castor oil", timeout=FIRST_ANSWER_MS)
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("button", name="Sign in")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.locator(".passage")).to_have_count(0)


def test_whoever_may_not_meets_a_sentence(locked: Page, tab: Tab, provider: StubProvider) -> None:
    provider.claims = {"email": "eve@example.org"}
    sign_in(tab, locked)
    expect(tab.get_by_text("These interviews are not open to you.")).to_be_visible()
    for link in LINKS:
        tab.goto(f"{locked.url}/{link}")
        expect(tab.get_by_text("These interviews are not open to you.")).to_be_visible(timeout=FIRST_ANSWER_MS)
        expect(tab.get_by_test_id("stChatInputTextArea")).to_have_count(0)
        expect(tab.locator(".passage, .reading")).to_have_count(0)


@pytest.mark.parametrize(
    ("secrets", "sentence"),
    [
        ("[auth", "secrets.toml cannot be read, and may hold a sign-in; put it right or take it away."),
        ("[auth]\nclient_id = 'x'", "Nobody can sign in yet."),
        ("[auth]", "Nobody can sign in yet."),
    ],
)
def test_a_broken_lock_stays_shut(sample_folder: Path, tab: Tab, tmp_path: Path, secrets: str, sentence: str) -> None:
    pytest.importorskip("authlib")
    served = serve(secrets, sample_folder, tmp_path / "cwd")
    try:
        tab.goto(served.url)
        if "can sign in" in sentence:
            tab.get_by_role("button", name="Sign in").click(timeout=FIRST_ANSWER_MS)
        expect(tab.get_by_text(sentence)).to_be_visible(timeout=FIRST_ANSWER_MS)
        expect(tab.get_by_test_id("stChatInputTextArea")).to_have_count(0)
    finally:
        tab.close()
        served.stop()


def test_secrets_of_something_else_lock_nothing(sample_folder: Path, tab: Tab, tmp_path: Path) -> None:
    served = serve("[database]\npassword = 'x'", sample_folder, tmp_path / "cwd")
    try:
        tab.goto(served.url)
        expect(tab.get_by_test_id("stChatInputTextArea")).to_be_visible(timeout=FIRST_ANSWER_MS)
        expect(tab.get_by_role("button", name="Sign out")).to_have_count(0)
    finally:
        tab.close()
        served.stop()


@pytest.mark.parametrize(
    ("claims", "people", "enters"),
    [
        ({"email": "ada@example.org"}, ["ada@example.org"], True),
        ({"email": "Ada@Example.org"}, ["ADA@example.ORG "], True),
        ({"email": "ada@example.org"}, "ada@example.org", True),
        ({"email": "ada@example.org"}, ["@example.org"], True),
        ({"email": "ada@sub.example.org"}, ["@example.org"], False),
        ({"email": "ada@badexample.org"}, ["@example.org"], False),
        ({"email": "@example.org"}, ["@example.org"], False),
        ({"email": "ada@example.org@evil.net"}, ["@example.org", "ada@example.org"], False),
        ({"email": "ada@example.org", "email_verified": False}, ["ada@example.org"], False),
        ({"email": "ada@example.org", "email_verified": "false"}, ["ada@example.org"], False),
        ({"email": "ada@example.org", "email_verified": True}, ["ada@example.org"], True),
        ({}, ["ada@example.org"], False),
        ({"email": None}, ["none", ""], False),
        ({}, ["*"], True),
        ({"email": "ada@example.org"}, [], False),
        ({"email": "ada@example.org"}, None, False),
    ],
)
def test_who_may_enter(claims: dict[str, object], people: object, enters: bool) -> None:
    assert (why_not(claims, people) is None) == enters
