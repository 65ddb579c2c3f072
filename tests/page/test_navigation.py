"""Ways through the page: back with the browser, back to where one was, and what is long."""

import re

from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Tab

from helpers.chat_page import FIRST_ANSWER_MS, Page, ask, turn_of

QUESTIONS = ("castor oil", "Which product sells best at the bakery?", "What is Ingrid afraid of?", "Who fed the goat?")


def chat(page: Page, tab: Tab) -> list[Locator]:
    """Ask some questions; return their turns; only the last is in view."""
    tab.goto(page.url)
    turns = [turn_of(tab, number) for number in range(len(QUESTIONS))]
    for question, turn in zip(QUESTIONS, turns, strict=True):
        ask(tab, question)
        expect(turn.locator("footer").first).to_be_attached(timeout=FIRST_ANSWER_MS)
        expect(asked(turn)).to_be_in_viewport()
    return turns


def asked(turn: Locator) -> Locator:
    return turn.locator(".asked")


def height(drawn: Locator) -> float:
    box = drawn.bounding_box()
    assert box
    return box["height"]


def test_back_goes_through_the_exchanges_one_by_one(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?q=castor+oil")
    tab.locator(".st-key-turn_0").get_by_role("button", name="Read on").first.click(timeout=FIRST_ANSWER_MS)
    addresses = []
    for _ in range(3):
        expect(tab.locator(".reading mark").first).to_be_in_viewport()
        addresses.append(tab.url)
        tab.get_by_role("button", name="Exchange after").click()
        expect(tab).not_to_have_url(addresses[-1])
    for address in reversed(addresses):
        tab.go_back()
        expect(tab).to_have_url(address)
    tab.go_back()
    expect(tab).to_have_url(f"{page.url}/?q=castor+oil")
    expect(tab.locator(".st-key-turn_0 mark").first).to_be_visible()


def test_who_reads_on_comes_back_to_the_answer_he_left(page: Page, tab: Tab) -> None:
    turns = chat(page, tab)
    tab.locator(".st-key-open_2 button").click()
    turns[2].get_by_role("button", name="Read on").first.click()
    expect(tab.locator(".reading mark").first).to_be_in_viewport()
    tab.get_by_role("heading").first.scroll_into_view_if_needed()
    tab.get_by_role("button", name="Back to the questions").click()
    expect(asked(turns[2])).to_be_in_viewport()
    expect(asked(turns[0])).not_to_be_in_viewport()


def test_back_in_the_chat_shows_the_question_before_and_the_list_leads_back_to_the_last(page: Page, tab: Tab) -> None:
    turns = chat(page, tab)
    tab.go_back()
    expect(asked(turns[2])).to_be_in_viewport()
    tab.go_back()
    expect(asked(turns[1])).to_be_in_viewport()
    tab.go_forward()
    tab.go_forward()
    expect(asked(turns[3])).to_be_in_viewport()
    tab.get_by_role("button", name="See them all").click()
    tab.get_by_role("button", name="Read", exact=True).first.click()
    tab.get_by_role("button", name="Back to the list").click()
    tab.get_by_role("button", name="Back to the questions").click()
    expect(asked(turns[3])).to_be_in_viewport()


def test_the_passages_of_an_earlier_answer_unfold_too(page: Page, tab: Tab) -> None:
    turns = chat(page, tab)
    expect(turns[0].locator(".passage")).to_have_count(1)
    expect(turns[0].get_by_role("button")).to_have_count(0)
    tab.locator(".st-key-open_0").get_by_role("button", name="Show all 5 passages").click()
    turns[0].get_by_text("4 more passages").click()
    expect(turns[0].locator(".passage")).to_have_count(5)
    ask(tab, "Who taught you?")
    expect(tab.locator(".st-key-turn_4 footer").first).to_be_attached()
    expect(turns[0].locator(".passage").nth(4)).to_be_visible()
    turns[0].get_by_role("button", name="Show less").click()
    expect(turns[0].locator(".passage")).to_have_count(1)
    # It opens as it was left.
    tab.locator(".st-key-open_0 button").click()
    expect(turns[0].locator(".passage")).to_have_count(5)


def test_a_question_that_is_too_long_is_asked_as_far_as_it_can_be(page: Page, tab: Tab) -> None:
    tab.goto(page.url)
    tab.get_by_test_id("stChatInputTextArea").focus()
    tab.keyboard.insert_text("What did you do with the castor oil? " * 60)
    tab.keyboard.press("Enter")
    turn = tab.locator(".st-key-turn_0")
    expect(turn.locator("mark").first).to_contain_text("castor oil", timeout=FIRST_ANSWER_MS)
    expect(turn.get_by_text("Only its first 2,000 characters are asked.")).to_be_visible()
    # All of it would leave no room for the answer.
    expect(turn.locator("mark").first).to_be_in_viewport()
    expect(turn.locator(".asked h2")).to_have_text(re.compile("^(What did you do with the castor oil. *){54}"))
    folded = height(turn.locator(".asked"))
    turn.locator(".asked h2").click()
    assert height(turn.locator(".asked")) > 3 * folded


def test_a_question_of_a_few_lines_is_shown_whole(page: Page, tab: Tab) -> None:
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(page.url)
    ask(tab, "What did you do with the castor oil, and " + "what did you think of it then, and " * 6 + "why?")
    shown = tab.locator(".st-key-turn_0 .asked h2")
    expect(shown).to_be_visible(timeout=FIRST_ANSWER_MS)
    assert shown.evaluate("e => e.scrollHeight <= e.clientHeight && e.clientHeight > 100")


def test_who_wants_lists_for_charts_has_them_everywhere(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?q=castor+oil&where=1")
    tab.get_by_text("As a list").click(timeout=FIRST_ANSWER_MS)
    tab.get_by_role("button", name=re.compile(r"^(≈|\d).* · ")).first.click()
    expect(tab.locator(".reading mark").first).to_be_in_viewport()
    tab.get_by_role("button", name="Back to the questions").click()
    expect(tab.get_by_role("button", name=re.compile(r"^(≈|\d).* · ")).first).to_be_visible()
    tab.get_by_role("button", name="Map").click()
    expect(tab.get_by_role("switch", name="As a list")).to_be_checked()
