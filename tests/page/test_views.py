"""Where it is said, each guest's answer, the map, and who speaks how much: in a real browser."""

import json
import re
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from helpers.chat_page import FIRST_ANSWER_MS, Page, ask
from helpers.library import ROOT, put
from helpers.small_library import floors
from index.building.build import build
from index.embedding.embedder import Embedder

CASTOR = "q=castor+oil"
# A point or a bar of a chart, by what it is described as.
MARK = "[data-testid=stVegaLiteChart] svg path[aria-label*='{}']"
RINGS = "[data-testid=stVegaLiteChart] svg path[stroke-width='2.5']"


def serve(place: Path) -> Page:
    """Serve the page on the index in a folder."""
    served = Page(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")], place / "index", place, place / "log"
    )
    served.wait_until_up()
    return served


def test_where_it_is_said_is_one_click_away_and_another_reads_it(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    ask(tab, "castor oil")
    tab.get_by_text("Where it is said").click(timeout=FIRST_ANSWER_MS)
    expect(tab).to_have_url(f"{page.url}/?{CASTOR}&where=1")
    # The best is drawn last.
    tab.locator(MARK.format("Yuki Arnalds Glacier, ")).last.click()
    expect(tab.locator(".reading mark").first).to_contain_text("castor oil")
    tab.get_by_role("button", name="Back to the questions").click()
    # It is as it was left.
    expect(tab.locator(MARK.format("Yuki Arnalds Glacier, ")).first).to_be_visible()
    tab.get_by_text("Where it is said").click()
    expect(tab).to_have_url(f"{page.url}/?{CASTOR}")
    expect(tab.locator("[data-testid=stVegaLiteChart]")).to_have_count(0)


def test_where_it_is_said_is_a_list_of_buttons_too(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?{CASTOR}&where=1")
    tab.get_by_text("As a list").click(timeout=FIRST_ANSWER_MS)
    places = tab.locator("[class*=st-key-where_list_of_0_]")
    expect(places).to_have_count(6)
    expect(places.first).to_contain_text("Yuki Arnalds Glacier")
    expect(places.get_by_role("button")).to_have_count(50)
    places.first.get_by_role("button").first.press("Enter")
    expect(tab).to_have_url(re.compile(r"passage=yuki-arnalds-glacier\.txt%3A\d+-\d+"))


def test_each_guests_answer_stands_beside_the_others_and_a_link_opens_them(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    ask(tab, "castor oil")
    tab.get_by_text("Each guest's answer").click(timeout=FIRST_ANSWER_MS)
    expect(tab).to_have_url(f"{page.url}/?{CASTOR}&side=1")
    tab.goto(f"{page.url}/?{CASTOR}&side=1")
    names = tab.locator(".st-key-turn_0 .guest")
    expect(names).to_have_count(6, timeout=FIRST_ANSWER_MS)
    expect(names.first).to_have_text("Yuki Arnalds")
    expect(tab.get_by_text("Nobody asked them this.")).to_have_count(1)  # Dele Marchetti
    expect(tab.get_by_text("Nobody asked this here.")).to_have_count(4)
    left, right = names.nth(0).bounding_box(), names.nth(1).bounding_box()
    assert left
    assert right
    assert (left["y"], left["x"] < right["x"]) == (right["y"], True)
    # The link says nothing of what is asked next.
    ask(tab, "How often were you frightened?")
    expect(tab.locator(".st-key-turn_1 footer").first).to_be_visible()
    expect(tab).to_have_url(f"{page.url}/?q=How+often+were+you+frightened%3F")
    tab.locator(".st-key-turn_1").get_by_text("Where it is said").click()
    expect(tab).to_have_url(re.compile("where=1$"))
    tab.get_by_role("button", name="New chat").click()
    expect(tab).to_have_url(re.compile(rf"^{page.url}/?$"))


def test_where_it_is_not_known_which_guest_said_it_that_is_said(tab: Tab, tmp_path: Path, reader: Embedder) -> None:
    talk = "SPEAKER_0: What is the rope for?\n\nSPEAKER_1: The rope is for the bell.\n"
    alone = put(tmp_path / "talks", one__txt=talk)
    files = put(alone, two__txt=talk, two__txt__toml='guests = ["Di Orr", "Ada Moss"]')
    build([files], tmp_path / "index", reader, fit=floors)
    served = serve(tmp_path)
    try:
        tab.goto(f"{served.url}/?q=What+is+the+rope+for%3F&side=1")
        expect(tab.locator(".guest")).to_have_count(3, timeout=FIRST_ANSWER_MS)
        expect(tab.get_by_text("It is not known who of them said this.")).to_have_count(2)
    finally:
        tab.close()
        served.stop()


def test_on_a_phone_the_guests_stand_below_each_other(page: Page, browser: Browser) -> None:
    phone = browser.new_page(viewport={"width": 390, "height": 800})
    phone.goto(f"{page.url}/?{CASTOR}&side=1&where=1")
    names = phone.locator(".st-key-turn_0 .guest")
    expect(names).to_have_count(6, timeout=FIRST_ANSWER_MS)
    first, second = names.nth(0).bounding_box(), names.nth(1).bounding_box()
    assert first
    assert second
    assert (first["x"], first["y"] < second["y"]) == (second["x"], True)
    expect(phone.locator(MARK.format("Yuki")).first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.goto(f"{page.url}/?show=map")
    expect(phone.locator(MARK.format("Yuki")).first).to_be_visible(timeout=FIRST_ANSWER_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()


def test_more_guests_are_asked_at_a_click(tab: Tab, tmp_path: Path, reader: Embedder) -> None:
    talk = "Bo Lind: What is the rope for?\n\nDi Orr: The rope is for the bell.\n"
    files = put(tmp_path / "talks", **{f"talk-{n}__txt": talk for n in range(8)})
    build([files], tmp_path / "index", reader, fit=floors)
    served = serve(tmp_path)
    try:
        tab.goto(f"{served.url}/?q=What+is+the+rope+for%3F&side=1")
        expect(tab.locator(".guest")).to_have_count(6, timeout=FIRST_ANSWER_MS)
        tab.get_by_role("button", name="Ask the next 2 of 2 more").click()
        expect(tab.locator(".guest")).to_have_count(8)
        expect(tab).to_have_url(re.compile("side=2$"))
    finally:
        tab.close()
        served.stop()


@pytest.mark.parametrize("value", ["-1", "9" * 40, "٣", "x"])
def test_an_address_that_says_nonsense_opens_the_answer(page: Page, tab: Tab, value: str) -> None:
    tab.goto(f"{page.url}/?{CASTOR}&side={value}&where={value}&show={value}")
    expect(tab.locator(".st-key-turn_0 footer").first).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.locator(".guest")).to_have_count(0)


def test_where_nobody_was_asked_nothing_is_drawn(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?q=Was+Napoleon+wrong+about+Russia%3F&where=1&side=1")
    expect(tab.get_by_text("Nobody was asked this.")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_text("Where it is said")).to_have_count(0)
    expect(tab.get_by_text("Each guest's answer")).to_have_count(0)


def test_the_map_opens_an_exchange_and_comes_back(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    tab.get_by_role("button", name="Map").click(timeout=FIRST_ANSWER_MS)
    expect(tab).to_have_url(f"{page.url}/?show=map")
    point = tab.locator(MARK.format("Why do you still go yourself?"))
    expect(point).to_have_attribute("aria-label", re.compile("^Dele Marchetti Bridges: "), timeout=FIRST_ANSWER_MS)
    # Another one may lie over it; and a point is there a moment before the chart hears that it is clicked.
    asks = tab.locator(".reading .asks").filter(has_text="Why do you still go yourself?")
    until = time.monotonic() + 30
    while not asks.count() and time.monotonic() < until:
        if point.count():
            point.dispatch_event("click")
        tab.wait_for_timeout(500)
    expect(asks).to_be_in_viewport()
    tab.get_by_role("button", name="Back to the map").click()
    expect(point).to_have_count(1)
    tab.get_by_role("button", name="Back to the questions").click()
    expect(tab.get_by_test_id("stChatInputTextArea")).to_be_visible()


def test_what_was_found_for_the_last_question_is_ringed_on_the_map_and_first_in_its_list(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?show=map")
    expect(tab.locator(MARK.format("Yuki")).first).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_text("Ringed")).to_have_count(0)
    expect(tab.locator(RINGS)).to_have_count(0)
    tab.get_by_role("button", name="Back to the questions").click()
    ask(tab, "castor oil")
    expect(tab.locator(".st-key-turn_0 footer").first).to_be_visible(timeout=FIRST_ANSWER_MS)
    tab.get_by_role("button", name="Map").click()
    expect(tab.get_by_text("Ringed is what was found for “castor oil”.")).to_be_visible()
    expect(tab.locator(RINGS).first).to_be_attached()
    n = tab.locator(RINGS).count()
    assert 1 <= n <= 5
    tab.get_by_text("As a list").click()
    fold = tab.get_by_text(f"Found for “castor oil” · {n}")
    expect(fold).to_be_visible()
    buttons = tab.locator("[class*=st-key-map_list_0_] button")
    expect(buttons).to_have_count(n)
    buttons.first.click()
    expect(tab.locator(".reading mark.here").filter(has_text="castor oil").first).to_be_attached()


def test_the_map_is_a_list_of_buttons_too_and_of_the_interviews_that_are_asked(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?show=map&guest=yuki")
    expect(tab.locator(MARK.format("Yuki Arnalds Glacier")).first).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.locator(MARK.format("Dele"))).to_have_count(0)
    expect(tab.get_by_text("Searching only with Yuki Arnalds: 1 of 6 interviews")).to_be_visible()
    tab.get_by_text("As a list").click()
    tab.locator("summary").first.click()
    tab.locator("[class*=st-key-map_list_]").get_by_role("button").first.click()
    expect(tab).to_have_url(re.compile(r"passage=yuki-arnalds-glacier\.txt%3A\d+-\d+"))


def test_who_speaks_how_much_is_told(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?show=map")
    tab.get_by_role("button", name="Who speaks how much").click(timeout=FIRST_ANSWER_MS)
    yuki = tab.locator(".voices").filter(has_text="Yuki Arnalds Glacier")
    expect(yuki.locator("li")).to_have_text(["Yuki Arnalds85%", "Pieter Vos14%"])
    bread = tab.locator(".voices").filter(has_text="Tomas Okafor Bread").locator("li")
    expect(bread).to_have_text([re.compile("probably the guest"), re.compile("what was asked"), re.compile("nobody")])


def test_where_no_interview_is_all_of_that_no_view_shows_all_of_them(page: Page, tab: Tab) -> None:
    for view in ("map", "voices"):
        tab.goto(f"{page.url}/?show={view}&in=dele-marchetti-bridges.txt&guest=Yuki+Arnalds")
        expect(tab.get_by_text("No interview is all of that at once.")).to_be_visible(timeout=FIRST_ANSWER_MS)
        tab.wait_for_timeout(1000)
        expect(tab.locator(".voices, [data-testid=stVegaLiteChart]")).to_have_count(0)


def test_hostile_words_are_drawn_and_not_obeyed(tab: Tab, tmp_path: Path, reader: Embedder) -> None:
    nasty = "**b** [a](http://b.org) $x$ :red[x] <img src=x onerror=alert(1)>"
    said = [(nasty, f"What did the goat eat, {nasty}?"), ("Di", f"Grass. {nasty}"), (nasty, "Why?"), ("Di", "Hunger.")]
    talk = json.dumps([{"speaker": who, "text": words} for who, words in said])
    files = put(tmp_path / "talks", **{f"<b>{n}<i>*x*__json": talk for n in range(2)})
    build([files], tmp_path / "index", reader, fit=floors)
    served = serve(tmp_path)
    try:
        for address, there in (
            ("?q=What+did+the+goat+eat%3F&where=1&side=1", ".guest"),
            ("?show=map", "[data-testid=stVegaLiteChart] svg"),
            ("?show=voices", ".voices"),
        ):
            for as_list in (False, True):
                tab.goto(f"{served.url}/{address}")
                expect(tab.locator(there).first).to_be_visible(timeout=FIRST_ANSWER_MS)
                if as_list and "voices" not in address:
                    tab.get_by_text("As a list").click()
                    expect(tab.locator("[class*=_list_]").get_by_role("button").first).to_be_visible()
                elif as_list is False and "voices" not in address:
                    tab.locator(
                        "[data-testid=stVegaLiteChart] svg path[aria-label*=Hunger], path[aria-label*=goat]"
                    ).last.hover()
                    expect(tab.locator("#vg-tooltip-element")).to_contain_text("<img src=x onerror=alert(1)>")
                    expect(tab.locator("#vg-tooltip-element :is(img, a, b)")).to_have_count(0)
                # All is drawn by now; the list's own titles, one each, are bold.
                tab.wait_for_timeout(1000)
                made = tab.locator(".stMain :is(a, img, .katex, strong, :is(h2, h3) :is(b, i))")
                assert made.count() == (2 if as_list and "goat" in address else 0)
    finally:
        tab.close()
        served.stop()
