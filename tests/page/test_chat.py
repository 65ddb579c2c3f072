"""The chat page as a person meets it: a real server and a real browser."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from helpers.chat_page import FIRST_ANSWER_MS, Page, ask, turn_of


def test_ask_see_the_passage_ask_again(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    ask(tab, "Why do you still go yourself?")
    first = turn_of(tab, 0)
    expect(first.locator("h3").first).to_contain_text("Why do you still go yourself?", timeout=FIRST_ANSWER_MS)
    expect(first.locator("mark").first).to_be_in_viewport()
    expect(first.locator("footer").first).to_have_text(re.compile(r"Dele Marchetti Bridges, Dele Marchetti, \d+% in"))

    ask(tab, "castor oil")
    second = tab.locator(".st-key-turn_1")
    expect(second.locator("mark").first).to_contain_text("castor oil")
    expect(second.locator("mark").first).to_be_in_viewport()
    expect(second.locator("footer").first).to_have_text(re.compile(r"Yuki Arnalds Glacier, Yuki Arnalds, ≈?\d+:\d\d"))
    expect(first.locator("h3").first).to_contain_text("Why do you still go yourself?")
    expect(tab.get_by_text("Show code"), "no traceback").to_have_count(0)


def test_the_other_passages_are_there_in_short_and_one_click_away_in_full(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    ask(tab, "castor oil")
    passages, others = tab.locator(".st-key-turn_0 .passage"), tab.locator(".st-key-turn_0 .others li")
    expect(passages).to_have_count(1, timeout=FIRST_ANSWER_MS)
    expect(others).to_have_count(4)
    short = others.first.locator("footer").inner_text()
    tab.get_by_text("4 more passages, in full").click()
    expect(passages).to_have_count(5)
    expect(passages.nth(1).locator("footer")).to_have_text(short)
    expect(others).to_have_count(0)


def test_an_example_is_asked_by_clicking_it(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    example = tab.locator(".st-key-suggestion").get_by_role("radio").first
    question = example.inner_text()
    example.click()
    expect(tab.locator(".st-key-turn_0 h3").first).to_contain_text(question, timeout=FIRST_ANSWER_MS, ignore_case=True)
    expect(tab.locator(".st-key-suggestion")).to_have_count(0)


def test_where_nobody_was_asked_a_question_that_was_is_one_click_away(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    ask(tab, "Was Napoleon wrong about Russia?")
    offered = tab.locator(".st-key-instead_0").get_by_role("radio").first
    expect(offered).to_have_text("What have you been wrong about?", timeout=FIRST_ANSWER_MS)
    offered.click()
    expect(tab.locator(".st-key-turn_1 h3").first).to_contain_text("What have you been wrong about?")
    expect(tab.locator(".st-key-turn_1 mark").first).to_be_in_viewport()


def test_what_was_understood_can_be_switched_off(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    ask(tab, "casttor oil from www.example.org <b> $x$ *y*")
    turn = tab.locator(".st-key-turn_0")
    note = turn.locator(".note")
    expect(note).to_have_text("Understood as: castor oil from www.example.org <b> $x$ *y*", timeout=FIRST_ANSWER_MS)
    expect(turn.locator("a")).to_have_count(0)
    turn.get_by_text("Search only my words").click()
    expect(note).to_have_count(0)
    expect(turn.get_by_role("switch")).to_be_checked()
    expect(turn.locator(".passage").first).to_be_visible()
    turn.get_by_text("Search only my words").click()
    expect(note).to_have_count(1)


def test_two_tabs_do_not_mix(page: Page, tab: Tab, browser: Browser) -> None:
    tab.goto(page.url)
    ask(tab, "castor oil")
    expect(tab.locator(".st-key-turn_0 .passage").first).to_be_visible(timeout=FIRST_ANSWER_MS)
    other = browser.new_page()
    other.goto(page.url)
    expect(other.get_by_test_id("stChatInputTextArea")).to_be_visible(timeout=30_000)
    expect(other.locator(".st-key-turn_0")).to_have_count(0)
    other.close()


def test_chat_opens_the_same_page_and_the_input_is_there_before_the_model(
    sample_folder: Path, tab: Tab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # the model was never made ready for quick answers
    served = Page([sys.executable, "-m", "qa", "chat"], sample_folder, tmp_path, tmp_path / "log")
    try:
        served.wait_until_up()
        tab.goto(served.url)
        expect(tab.get_by_role("heading", name="Ask the interviews")).to_be_visible(timeout=30_000)
        expect(tab.get_by_test_id("stChatInputTextArea")).to_be_enabled()
        ask(tab, "castor oil")
        expect(tab.get_by_text(re.compile("The model is loading|Searching"))).to_be_visible()
        expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("castor oil", timeout=FIRST_ANSWER_MS)
    finally:
        tab.close()
        served.stop()
    assert "Traceback" not in served.log.read_text()


def test_the_first_visit_without_an_index_shows_it_being_built(tab: Tab, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "qa", "chat"]
    served = Page(command, tmp_path / "index", tmp_path, tmp_path / "log")
    try:
        served.wait_until_up()
        tab.goto(served.url)
        expect(tab.get_by_text("There is no index yet")).to_be_visible(timeout=30_000)
        expect(tab.get_by_role("progressbar")).to_be_visible()
        expect(tab.get_by_text("6 interviews, ")).to_be_visible(timeout=FIRST_ANSWER_MS)
        expect(tab.get_by_text("There is no index yet")).to_have_count(0)
        ask(tab, "castor oil")
        expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("castor oil", timeout=FIRST_ANSWER_MS)
    finally:
        tab.close()
        served.stop()


def test_a_question_typed_while_the_index_is_gone_is_asked_when_it_is_back(tab: Tab, folder: Path, files: Path) -> None:
    shutil.copytree(files, folder.parent / "interviews")
    served = Page([sys.executable, "-m", "qa", "chat"], folder, folder.parent, folder.parent / "log")
    try:
        served.wait_until_up()
        tab.goto(served.url)
        ask(tab, "What scared you in the cave?")
        expect(turn_of(tab, 0).locator("mark").first).to_contain_text("silence", timeout=FIRST_ANSWER_MS)
        shutil.rmtree(folder)
        ask(tab, "How old is the boat?")
        expect(turn_of(tab, 1).locator("mark").first).to_contain_text("Ninety", timeout=FIRST_ANSWER_MS)
        expect(turn_of(tab, 0).locator("mark").first).to_contain_text("silence")
    finally:
        tab.close()
        served.stop()


def test_it_fits_a_phone(page: Page, browser: Browser) -> None:
    phone = browser.new_page(viewport={"width": 390, "height": 800})
    phone.goto(page.url)
    ask(phone, "castor oil")
    expect(phone.locator(".st-key-turn_0 mark").first).to_be_in_viewport(timeout=FIRST_ANSWER_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()


def test_the_page_listens_on_this_machine_alone(page: Page) -> None:
    addresses = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).exists():
            pytest.skip("needs Linux's table of sockets")
        for line in Path(table).read_text().splitlines()[1:]:
            address, port = line.split()[1].split(":")
            if int(port, 16) == page.port and line.split()[3] == "0A":  # listening
                addresses.add(address)
    assert addresses
    assert addresses <= {"0100007F", "00000000000000000000000001000000"}
