"""A model's answer on the page, in a real browser: above the passages, checked, and never in their way."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from helpers.chat_page import FIRST_ANSWER_MS, Page, ask
from helpers.library import ROOT
from helpers.stub_llm import StubModel, stub_model

ASKED = "?q=castor+oil+in+the+first+hydrophone"


@pytest.fixture(scope="module")
def running() -> Iterator[StubModel]:
    with stub_model() as stub:
        yield stub


@pytest.fixture
def stub(running: StubModel) -> Iterator[StubModel]:
    """Return the model as it was at first."""
    new = StubModel()
    for name in ("says", "raw", "status", "breaks_off", "pause_s", "piece_chars"):
        setattr(running, name, getattr(new, name))
    running.go_on.set()
    running.asked.clear()
    running.paths.clear()
    yield running
    running.go_on.set()


@pytest.fixture(scope="module")
def spoken(running: StubModel, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Serve the page on the sample index, with the model."""
    cwd = tmp_path_factory.mktemp("spoken")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERVIEW_QA_LLM_URL", running.url)
        served = Page([sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")], sample_folder, cwd, cwd / "log")
    served.wait_until_up()
    yield served
    served.stop()
    assert "Traceback" not in served.log.read_text()


def test_an_answer_comes_sentence_by_sentence_beside_the_passages(spoken: Page, tab: Tab, stub: StubModel) -> None:
    stub.says = "She had castor oil. [1] It came from her grandmother's cupboard [1]. The water would crush it. [1]"
    stub.go_on.clear()
    tab.goto(f"{spoken.url}/{ASKED}")
    voice = tab.locator(".st-key-turn_0 .voice")
    expect(voice).to_contain_text("stub-1 is reading the passages…", timeout=FIRST_ANSWER_MS)
    expect(voice).to_contain_text("She had castor oil. [1]")
    expect(tab.locator(".st-key-turn_0 .passage").first).to_be_visible()
    # Whatever is clicked meanwhile, the same answer goes on.
    tab.get_by_text("4 more passages").click()
    tab.get_by_role("button", name="Read on").first.click()
    expect(tab.locator(".reading mark").first).to_be_visible()
    tab.get_by_role("button", name="Back to the questions").click()
    expect(voice).to_contain_text("She had castor oil. [1]")
    stub.go_on.set()
    expect(voice).to_contain_text("The water would crush it. [1]")
    expect(voice).to_contain_text("Written by stub-1 from the passages below, not said by anybody.")
    assert len(stub.asked) == 1
    tab.get_by_role("button", name="Save chat").click()
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="As Markdown").click()
    assert "Written by stub-1" in saved.value.path().read_text(encoding="utf-8")
    # Nor is it asked again by what is asked next.
    ask(tab, "Was Napoleon wrong about Russia?")
    expect(tab.locator(".st-key-turn_1")).to_contain_text("Nobody was asked this.")
    expect(tab.locator(".voice")).to_have_count(1)
    assert len(stub.asked) == 1


def test_a_citation_shows_which_passage_it_is(spoken: Page, tab: Tab, stub: StubModel) -> None:
    stub.says = "She had castor oil. [1]"
    tab.goto(f"{spoken.url}/{ASKED}")
    cite = tab.locator(".voice cite")
    expect(cite).to_have_text("[1]", timeout=FIRST_ANSWER_MS)
    assert "Yuki Arnalds Glacier, Yuki Arnalds, ≈3:31" in (cite.get_attribute("title") or "")
    tab.get_by_text("4 more passages").click()
    shown = "element => getComputedStyle(element, '::before').content + getComputedStyle(element).counterIncrement"
    assert tab.locator(".st-key-turn_0 .passage").first.evaluate(shown) == '"[" counter(passage) "]"passage 1'


def test_what_no_passage_says_and_what_would_be_a_page_of_its_own_is_not_shown(
    spoken: Page, tab: Tab, stub: StubModel
) -> None:
    stub.says = (
        "<script>alert(1)</script><img src=http://evil.example/x.png> ![x](http://evil.example/y.png) [1]\n\n"
        "She had [castor oil](http://evil.example) [1]. Nobody cited this castor oil."
        " She had *castor* :red[oil] $from$ <b>her</b> grandmother's cupboard [1]. Castor oil is 4000 [1]."
    )
    tab.goto(f"{spoken.url}/{ASKED}")
    voice = tab.locator(".st-key-turn_0 .voice")
    expect(voice.locator("p")).to_have_text(
        "She had *castor* :red[oil] $from$ <b>her</b> grandmother's cupboard. [1]", timeout=FIRST_ANSWER_MS
    )
    expect(voice).to_contain_text("sentences without a passage that says so were left out.")
    assert voice.locator("a, img, script, b, em").count() == 0


def test_where_nothing_is_left_it_says_so(spoken: Page, tab: Tab, stub: StubModel) -> None:
    stub.says = "NONE"
    tab.goto(f"{spoken.url}/{ASKED}")
    expect(tab.locator(".voice")).to_have_text(
        "The model said nothing that these passages say.", timeout=FIRST_ANSWER_MS
    )
    expect(tab.locator(".st-key-turn_0 .passage").first).to_be_visible()


def test_an_error_is_a_sentence_the_passages_stay_and_the_model_can_be_asked_again(
    spoken: Page, tab: Tab, stub: StubModel
) -> None:
    stub.status = 500
    tab.goto(f"{spoken.url}/{ASKED}")
    where = stub.url[7:-3]
    expect(tab.get_by_text(f"No answer from the model: {where} failed with an error of its own (500).")).to_be_visible(
        timeout=FIRST_ANSWER_MS
    )
    expect(tab.locator(".st-key-turn_0 .passage").first).to_be_visible()
    assert len(stub.asked) == 1
    stub.status, stub.says = 200, "She had castor oil. [1]"
    tab.get_by_role("button", name="Ask the model again").click()
    expect(tab.locator(".voice p")).to_have_text("She had castor oil. [1]")


def test_where_nobody_was_asked_no_model_is(spoken: Page, tab: Tab, stub: StubModel) -> None:
    tab.goto(f"{spoken.url}/?q=Was+Napoleon+wrong+about+Russia%3F")
    expect(tab.get_by_text("Nobody was asked this.")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.locator(".voice")).to_have_count(0)
    assert stub.paths == []


def test_it_is_switched_off_in_the_address(spoken: Page, tab: Tab, stub: StubModel) -> None:
    stub.says = "She had castor oil. [1]"
    tab.goto(f"{spoken.url}/{ASKED}&voice=0")
    expect(tab.locator(".st-key-turn_0 .passage").first).to_be_visible(timeout=FIRST_ANSWER_MS)
    switch = tab.get_by_role("switch", name="Let a model answer from these passages")
    expect(switch).not_to_be_checked()
    assert stub.paths == []
    tab.get_by_text("Let a model answer from these passages").click()
    expect(tab.locator(".voice p")).to_have_text("She had castor oil. [1]")
    assert "voice" not in tab.url
    tab.get_by_text("Let a model answer from these passages").click()
    expect(tab.locator(".voice")).to_have_count(0)
    expect(switch).not_to_be_checked()
    assert "voice=0" in tab.url
    expect(tab.get_by_text("Passages are sent to")).to_have_count(0)


def test_an_earlier_answer_is_asked_for_again_too(spoken: Page, tab: Tab, stub: StubModel) -> None:
    stub.status = 500
    tab.goto(f"{spoken.url}/{ASKED}")
    again = tab.locator(".st-key-turn_0").get_by_role("button", name="Ask the model again")
    expect(again).to_be_visible(timeout=FIRST_ANSWER_MS)
    ask(tab, "Was Napoleon wrong about Russia?")
    expect(tab.locator(".st-key-turn_1")).to_contain_text("Nobody was asked this.")
    tab.locator(".st-key-open_0 button").click()
    stub.status, stub.says = 200, "She had castor oil. [1]"
    again.click()
    expect(tab.locator(".st-key-turn_0 .voice p")).to_have_text("She had castor oil. [1]")
    tab.locator(".st-key-less_0 button").click()
    expect(tab.locator(".earlier .voice p")).to_have_text("She had castor oil. [1]")


def test_to_another_machine_nothing_is_sent_before_somebody_says_yes(
    stub: StubModel, sample_folder: Path, tab: Tab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By a name that may lead elsewhere, as every other machine's does.
    monkeypatch.setenv("INTERVIEW_QA_LLM_URL", stub.url.replace("127.0.0.1", "model.localhost"))
    served = Page(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")], sample_folder, tmp_path, tmp_path / "log"
    )
    stub.says = "She had castor oil. [1]"
    where = stub.url[7:-3].replace("127.0.0.1", "model.localhost")
    try:
        served.wait_until_up()
        for link in ("", "&voice=1", "&voice=", "&voice=true", "&may_send=1"):
            tab.goto(f"{served.url}/{ASKED}{link}")
            expect(tab.locator(".st-key-turn_0 .passage").first).to_be_visible(timeout=FIRST_ANSWER_MS)
            expect(tab.get_by_text(f"Passages would be sent to {where}", exact=True)).to_be_visible()
            expect(tab.get_by_role("switch", name="Let a model answer")).not_to_be_checked()
        assert stub.paths == []
        tab.get_by_text("Let a model answer from these passages").click()
        expect(tab.get_by_text(f"Passages are sent to {where}", exact=True)).to_be_visible()
        expect(tab.locator(".voice")).to_have_count(1)
        # The yes is kept for this chat, and in no address.
        ask(tab, "Was Napoleon wrong about Russia?")
        expect(tab.get_by_role("switch", name="Let a model answer")).to_be_checked()
        assert "voice" not in tab.url
        tab.goto(f"{served.url}/{ASKED}")
        expect(tab.get_by_text(f"Passages would be sent to {where}", exact=True)).to_be_visible(timeout=FIRST_ANSWER_MS)
    finally:
        tab.close()
        served.stop()


def test_without_an_address_there_is_none(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/{ASKED}")
    expect(tab.locator(".st-key-turn_0 .passage").first).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_text("answer from these passages")).to_have_count(0)
    expect(tab.locator(".voice")).to_have_count(0)


def test_who_is_sent_the_passages_is_said_before_anything_is_asked(
    sample_folder: Path, tab: Tab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An address of the documentation's range: nothing is there.
    monkeypatch.setenv("INTERVIEW_QA_LLM_URL", "https://me:secret@192.0.2.1/v1")
    monkeypatch.setenv("INTERVIEW_QA_LLM_MODEL", "big *model*")
    served = Page([sys.executable, "-m", "qa", "chat"], sample_folder, tmp_path, tmp_path / "log")
    try:
        served.wait_until_up()
        tab.goto(served.url)
        expect(tab.get_by_text("Passages would be sent to 192.0.2.1", exact=True)).to_be_visible(
            timeout=FIRST_ANSWER_MS
        )
        expect(tab.get_by_text("Let big *model* answer from these passages")).to_be_visible()
        assert "secret" not in tab.content()
    finally:
        tab.close()
        served.stop()
