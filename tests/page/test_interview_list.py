"""The list of interviews on the page, in a real browser."""

import re

from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from helpers.chat_page import FIRST_ANSWER_MS, Page, ask


def test_one_is_found_and_read(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    tab.get_by_role("button", name="See them all").click(timeout=FIRST_ANSWER_MS)
    expect(tab).to_have_url(f"{page.url}/?show=interviews")
    expect(tab.get_by_role("button", name="Ask only this one")).to_be_disabled()
    box = tab.get_by_label("Find by title, person, date or file")
    box.fill("vos ARNALDS")
    box.press("Enter")
    expect(tab.get_by_role("checkbox")).to_have_count(1)
    expect(tab.get_by_text("with Yuki Arnalds · 13:02 · 15 questions")).to_be_visible()
    tab.get_by_role("button", name="Read").click()
    expect(tab.get_by_role("heading", name="Yuki Arnalds Glacier")).to_be_visible()
    expect(tab).to_have_url(re.compile(r"\?show=interviews&passage=yuki-arnalds-glacier.txt%3A0-0$"))
    expect(tab.locator(".reading")).to_contain_text("This is the late hour on the radio")


def test_only_those_that_are_chosen_are_asked(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?show=interviews")
    for name in ("Tomas Okafor Bread", "Dele Marchetti Bridges"):
        tab.get_by_text(name, exact=True).click(timeout=FIRST_ANSWER_MS)
    tab.get_by_role("button", name="Ask only these 2").click()
    expect(tab.get_by_text("Searching only in Dele Marchetti Bridges, Tomas Okafor Bread")).to_be_visible()
    ask(tab, "castor oil")
    first = tab.locator(".st-key-turn_0 footer").first
    expect(first).to_have_text(re.compile("Dele Marchetti Bridges|Tomas Okafor Bread"), timeout=FIRST_ANSWER_MS)
    tab.get_by_role("button", name="Read on").first.click()
    tab.get_by_role("button", name="Back to the questions").click()
    expect(tab.get_by_text("Searching only in Dele Marchetti Bridges, Tomas Okafor Bread")).to_be_visible()


def test_what_is_called_otherwise_is_not_found(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?show=interviews")
    box = tab.get_by_label("Find by title, person, date or file")
    box.fill("zeppelin", timeout=FIRST_ANSWER_MS)
    box.press("Enter")
    expect(tab.get_by_text("No interview is called so.")).to_be_visible()
    tab.get_by_role("button", name="Back to the questions").click()
    expect(tab.get_by_role("heading", name="Ask the interviews")).to_be_visible()
