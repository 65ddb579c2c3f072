"""Sign-in: with [auth] in secrets.toml, nobody sees anything of the library before it; without, nothing changes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Tab

from helpers.chat_page import FIRST_ANSWER_MS, Page
from helpers.library import ROOT
from helpers.stub_oidc import CLIENT, StubProvider, stub_provider
from qa.page.sign_in import why_not

# Addresses that show the library to people with access.
LINKS = ("", "?q=castor+oil", "?passage=yuki-arnalds-glacier.txt:2882-3216", "?show=interviews")

SECRETS = f"""
[auth]
redirect_uri = "http://127.0.0.1:{{{{port}}}}/oauth2callback"
cookie_secret = "a long secret of a test that nobody else knows"
client_id = "{CLIENT}"
client_secret = "another secret"
server_metadata_url = "{{url}}/.well-known/openid-configuration"
people = ["ada@example.org", "bo@example.net", "@example.com"]
"""


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
    served = serve(SECRETS.format(url=provider.url), sample_folder, tmp_path_factory.mktemp("locked"))
    yield served
    served.stop()


def reload_until(tab: Tab, there: Locator) -> None:
    """Open the page again and again until something is there; never is it open to everybody."""
    shut = there.or_(tab.get_by_role("button", name="Sign in")).or_(tab.get_by_text("[auth] is gone"))
    for _ in range(20):
        tab.reload()
        expect(shut.first).to_be_visible(timeout=FIRST_ANSWER_MS)
        assert tab.get_by_test_id("stChatInputTextArea").count() == 0
        if there.count():
            return
        tab.wait_for_timeout(500)
    expect(there).to_be_visible()


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
def test_a_user_with_access_enters_asks_and_leaves(
    locked: Page, tab: Tab, provider: StubProvider, address: str
) -> None:
    provider.claims = {"email": address, "email_verified": True}
    sign_in(tab, locked)
    expect(tab.get_by_text(address.lower())).to_be_visible()
    tab.goto(f"{locked.url}/?q=castor+oil")
    expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("castor oil", timeout=FIRST_ANSWER_MS)
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("button", name="Sign in")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.locator(".passage")).to_have_count(0)


def test_a_user_without_access_reads_a_sentence(locked: Page, tab: Tab, provider: StubProvider) -> None:
    provider.claims = {"email": "eve@example.org", "email_verified": True}
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


def test_a_page_that_was_locked_once_stays_shut_while_its_secrets_are_gone(
    provider: StubProvider, sample_folder: Path, tab: Tab, tmp_path: Path
) -> None:
    served = serve(SECRETS.format(url=provider.url), sample_folder, tmp_path / "cwd")
    secrets = tmp_path / "cwd" / ".streamlit" / "secrets.toml"
    text = secrets.read_text()
    try:
        tab.goto(served.url)
        expect(tab.get_by_role("button", name="Sign in")).to_be_visible(timeout=FIRST_ANSWER_MS)
        gone = tab.get_by_text("[auth] is gone from secrets.toml")
        for lost in ("", "[database]\npassword = 'x'", None):
            if lost is None:
                secrets.unlink()
            else:
                secrets.write_text(lost)
            # Streamlit looks every now and then whether the file has changed; at no moment is the page open.
            reload_until(tab, gone)
            expect(tab.get_by_test_id("stChatInputTextArea")).to_have_count(0)
        secrets.write_text(text)
        reload_until(tab, tab.get_by_role("button", name="Sign in"))
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
    ("email", "people", "enters"),
    [
        ("ada@example.org", ["ada@example.org"], True),
        ("Ada@Example.org", ["ADA@example.ORG "], True),
        ("ada@example.org", "ada@example.org", True),
        ("ada@example.org", ["@example.org"], True),
        ("ada@sub.example.org", ["@example.org"], False),
        ("ada@badexample.org", ["@example.org"], False),
        ("@example.org", ["@example.org"], False),
        ("ada@example.org@evil.net", ["@example.org", "ada@example.org"], False),
        (None, ["none", ""], False),
        (None, ["*"], True),
        ("ada@example.org", [], False),
        ("ada@example.org", None, False),
    ],
)
def test_who_may_enter(email: object, people: object, enters: bool) -> None:
    assert (why_not({"email": email, "email_verified": True}, people) is None) == enters
    assert (why_not({"email": email}, people, unverified=True) is None) == enters


@pytest.mark.parametrize(
    ("verified", "enters"),
    [({}, False), ({"email_verified": None}, False), ({"email_verified": False}, False)]
    + [({"email_verified": said}, said == "true") for said in ("true", "false", "", "1")],
)
def test_an_address_counts_where_the_provider_says_that_it_is_verified(
    verified: dict[str, object], enters: bool
) -> None:
    claims = {"email": "ada@example.org", **verified}
    refusal = why_not(claims, ["ada@example.org"])
    assert (refusal is None) == enters
    assert why_not(claims, ["ada@example.org"], unverified=True) is None
    # Whether the address is on the list, nobody learns by claiming it.
    assert enters or refusal == why_not(claims, ["bo@example.org"])
