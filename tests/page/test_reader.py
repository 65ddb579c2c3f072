"""Links into the page, reading on from a passage, and taking answers along, in a real browser."""

import json
import re
import sys
import time
from pathlib import Path

from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from helpers.chat_page import FIRST_ANSWER_MS, Page, ask
from helpers.library import cli
from index.storage.ratings import ratings


def test_an_address_asks_its_question_and_stands_for_the_last_one(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?q=castor+oil")
    expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("castor oil", timeout=FIRST_ANSWER_MS)
    ask(tab, "Why do you still go yourself?")
    expect(tab.locator(".st-key-turn_1 footer").first).to_be_visible()
    expect(tab).to_have_url(re.compile(r"\?q=Why\+do\+you\+still\+go\+yourself%3F$"))
    tab.reload()
    expect(tab.locator(".st-key-turn_0 h3").first).to_contain_text("Why do you still go", timeout=FIRST_ANSWER_MS)
    tab.get_by_role("button", name="New chat").click()
    expect(tab).to_have_url(f"{page.url}/")


def test_a_passage_opens_in_its_interview_and_the_chat_is_still_there(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    ask(tab, "castor oil")
    expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("castor oil", timeout=FIRST_ANSWER_MS)
    tab.get_by_role("button", name="Read on").first.click()
    here = tab.locator(".reading mark.here").first
    expect(here).to_contain_text("castor oil")
    expect(here).to_be_in_viewport()
    expect(tab.get_by_role("heading", name="Yuki Arnalds Glacier")).to_be_attached()
    expect(tab.get_by_text("with Yuki Arnalds · by Pieter Vos · 13:02")).to_be_attached()
    address = tab.url
    tab.get_by_role("button", name="Exchange after").click()
    expect(tab.locator(".reading mark.here").first).not_to_contain_text("castor oil")
    expect(tab.locator(".reading mark.here").first).to_be_in_viewport()
    tab.get_by_role("button", name="Back to the questions").click()
    expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("castor oil")
    tab.goto(address)  # as somebody opens it who was sent it
    expect(tab.locator(".reading mark.here").first).to_contain_text("castor oil", timeout=FIRST_ANSWER_MS)


def test_where_in_an_interview_the_question_is_answered_is_on_a_bar_and_one_click_away(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?q=castor+oil")
    tab.get_by_role("button", name="Read on").first.click(timeout=FIRST_ANSWER_MS)
    marks = tab.locator(".bar i")
    expect(tab.locator(".bar i.here")).to_have_count(1)
    n = marks.count()
    tab.get_by_text(f"{n} passages here for “castor oil”").click()
    places = tab.locator("[class*=st-key-where_list_of_0_] button")
    expect(places).to_have_count(n)
    address = tab.url
    places.first.click()
    expect(tab).not_to_have_url(address)
    expect(tab.locator(".reading mark.here").first).to_be_in_viewport()
    # Somebody who was sent the place has asked nothing.
    tab.goto(address)
    expect(tab.locator(".reading mark.here").first).to_be_in_viewport(timeout=FIRST_ANSWER_MS)
    expect(marks).to_have_count(0)


def test_words_are_found_in_an_interview_one_place_after_the_other(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?passage=yuki-arnalds-glacier.txt")
    box = tab.get_by_label("Find in this interview")
    box.fill("glacier")
    box.press("Enter")
    count = tab.get_by_text(re.compile(r"^1 of \d+$"))
    expect(count).to_be_visible(timeout=FIRST_ANSWER_MS)
    first = tab.locator(".reading mark.current")
    expect(first).to_have_text(re.compile("glacier", re.IGNORECASE))
    tab.get_by_role("button", name="Next").click()
    expect(tab.get_by_text(re.compile(r"^2 of \d+$"))).to_be_visible()
    expect(tab.locator(".reading mark.current")).to_be_in_viewport()
    expect(tab).to_have_url(re.compile("find=glacier&hit=2$"))
    box.fill("zeppelin")
    box.press("Enter")
    expect(tab.get_by_text("These words are not said here.")).to_be_visible()


def test_an_address_that_leads_nowhere_is_a_sentence(page: Page, tab: Tab) -> None:
    for nonsense in ("nobody.txt", "yuki-arnalds-glacier.txt:5-99999999", "a%00b:1-2", "<script>alert(1)</script>"):
        tab.goto(f"{page.url}/?passage={nonsense}&page=-7&hit=x")
        somewhere = tab.locator(".reading").or_(tab.get_by_text("This interview is not in the index."))
        expect(somewhere.first).to_be_visible(timeout=FIRST_ANSWER_MS)
        expect(tab.get_by_test_id("stException")).to_have_count(0)


def test_a_passage_is_rated_otherwise_after_a_reload_and_exported(tab: Tab, folder: Path, tmp_path: Path) -> None:
    served = Page([sys.executable, "-m", "qa", "chat"], folder, tmp_path, tmp_path / "log")
    try:
        served.wait_until_up()
        tab.goto(f"{served.url}/?q=What+scared+you+in+the+cave%3F")
        expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("silence", timeout=FIRST_ANSWER_MS)
        thumb = tab.get_by_role("radio", name="Thumbs up").first
        thumb.click()
        expect(thumb).to_be_checked()
        tab.get_by_role("button", name="Read on").first.click()
        tab.get_by_role("button", name="Back to the questions").click()
        expect(thumb).to_be_checked()
        (rating,) = ratings(folder)
        assert (rating.question, rating.transcript) == ("What scared you in the cave?", "cave.txt")
        assert rating.is_good
        assert "The silence" in rating.text
        assert [json.loads(line)["question"] for line in exported(folder)] == ["What scared you in the cave?"]
        # Somebody else, or the same one later, sees it and thinks otherwise.
        tab.reload()
        expect(thumb).to_be_checked(timeout=FIRST_ANSWER_MS)
        tab.get_by_role("radio", name="Thumbs down").first.click()
        expect(tab.get_by_role("radio", name="Thumbs down").first).to_be_checked()
        until = time.monotonic() + 10
        while ratings(folder)[0].is_good and time.monotonic() < until:
            tab.wait_for_timeout(100)
    finally:
        tab.close()
        served.stop()
    assert [given.is_good for given in ratings(folder)] == [False]
    assert exported(folder) == []


def exported(folder: Path) -> list[str]:
    """Return the gold questions that the ratings of an index become."""
    gold = folder.parent / "gold.jsonl"
    assert cli("feedback", "--export", gold, "--index", folder, cwd=folder.parent).returncode == 0
    return gold.read_text(encoding="utf-8").splitlines()


def test_an_answer_is_quoted_and_the_chat_is_saved(page: Page, tab: Tab, tmp_path: Path) -> None:
    tab.goto(f"{page.url}/?q=castor+oil")
    expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("castor oil", timeout=FIRST_ANSWER_MS)
    tab.get_by_role("button", name="Quote").first.click()
    expect(tab.get_by_test_id("stCode").first).to_contain_text("— Yuki Arnalds Glacier, Yuki Arnalds, ≈3:31")
    tab.keyboard.press("Escape")
    for kind, name in (("As JSON", "interviews.json"), ("As Markdown", "interviews.md")):
        tab.get_by_role("button", name="Save chat").click()
        with tab.expect_download() as download:
            tab.get_by_role("button", name=kind).click()
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
        tab.keyboard.press("Escape")
    (saved,) = json.loads((tmp_path / "interviews.json").read_text(encoding="utf-8"))
    assert saved["question"] == "castor oil"
    assert "castor oil" in saved["passages"][0]["text"]
    assert (tmp_path / "interviews.md").read_text(encoding="utf-8").startswith("## castor oil\n\n> **What did you say")
