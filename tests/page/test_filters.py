"""Asking only some of the interviews, on the page and by a link, in a real browser."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from helpers.chat_page import FIRST_ANSWER_MS, Page, ask
from helpers.library import ROOT
from helpers.small_library import floors
from index.building.build import build
from index.embedding.embedder import Embedder

FRIGHTENED = "q=How+often+were+you+frightened%3F"
ROPES = {
    "2019 Ada Moss.md": "---\nguest: Ada Moss\nhost: Bo Lind\ndate: 2019-05-01\nlanguage: en\n---\n"
    "**Bo Lind:** What is the rope for?\n\n**Ada Moss:** For the goat, and for nothing else.\n",
    "2021 Di Orr.md": "---\nguest: Di Orr\nhost: Cy Ray\ndate: 2021-07-09\nlanguage: de\n---\n"
    "**Bo Lind:** What is the rope for?\n\n**Di Orr:** The rope is for the bell.\n",
}
# More than a choice on the page lists.
MANY = 1001


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, reader: Embedder) -> Iterator[Page]:
    """Serve the page on two interviews with complete metadata."""
    place = tmp_path_factory.mktemp("ropes")
    (place / "talks").mkdir()
    for name, text in ROPES.items():
        (place / "talks" / name).write_text(text)
    yield from _serve(place, reader)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, reader: Embedder) -> Iterator[Page]:
    """Serve the page on very many interviews."""
    place = tmp_path_factory.mktemp("many")
    (place / "talks").mkdir()
    for n in range(MANY):
        (place / "talks" / f"talk-{n:04}.txt").write_text("Bo: What is the rope for?\nDi: The rope is for the bell.\n")
    yield from _serve(place, reader)


def _serve(place: Path, reader: Embedder) -> Iterator[Page]:
    build([place / "talks"], place / "index", reader, fit=floors)
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    page = Page(command, place / "index", place, place / "log")
    page.wait_until_up()
    yield page
    page.stop()


def test_a_link_asks_the_interviews_that_it_names(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?in=yuki-arnalds-glacier.txt&in=tomas-okafor-bread.txt&{FRIGHTENED}&more=1")
    footers = tab.locator(".st-key-turn_0 footer")
    expect(footers).to_have_count(5, timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_text("Searching only in Tomas Okafor Bread, Yuki Arnalds Glacier", exact=True)).to_be_visible()
    assert {text.split(",")[0].split(" (")[0] for text in footers.all_text_contents()} <= {
        "Yuki Arnalds Glacier",
        "Tomas Okafor Bread",
    }
    # All of them again, in the same chat; what was answered stays.
    tab.get_by_role("button", name="Search everything").click()
    expect(tab).to_have_url(f"{page.url}/?{FRIGHTENED}&more=1")
    expect(tab.get_by_text("Searching only")).to_have_count(0)
    ask(tab, "How often were you frightened?")
    expect(tab.locator(".st-key-turn_1 footer").first).to_have_text(re.compile("^Dele Marchetti"))


def test_a_link_asks_for_a_guest_by_a_part_of_the_name(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?guest=yuki&{FRIGHTENED}")
    expect(tab.locator(".st-key-turn_0 footer").first).to_have_text(
        re.compile("^Yuki Arnalds Glacier"), timeout=FIRST_ANSWER_MS
    )
    expect(tab.get_by_text("Searching only with Yuki Arnalds: 1 of 6 interviews")).to_be_visible()


def test_what_is_chosen_is_in_the_address_and_back_takes_it_back(served: Page, tab: Tab) -> None:
    tab.goto(served.url)
    tab.get_by_role("button", name="Search in").click(timeout=FIRST_ANSWER_MS)
    tab.get_by_label("With these guests").click()
    tab.get_by_role("option", name="Di Orr").click()
    expect(tab).to_have_url(f"{served.url}/?guest=Di+Orr")
    expect(tab.get_by_text("Searching only with Di Orr: 1 of 2 interviews")).to_be_visible()
    ask(tab, "What is the rope for?")
    expect(tab.locator(".st-key-turn_0 mark")).to_have_text("The rope is for the bell.", timeout=FIRST_ANSWER_MS)
    expect(tab.locator(".st-key-turn_0 footer")).to_have_count(1)
    tab.go_back()
    tab.go_back()
    expect(tab.get_by_text("Searching only")).to_have_count(0)


def test_only_what_is_known_of_several_interviews_can_be_chosen(page: Page, served: Page, tab: Tab) -> None:
    tab.goto(page.url)
    tab.get_by_role("button", name="Search in").click(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_label("With these guests")).to_be_visible()
    for label in ("In these languages", "Since", "Until"):
        expect(tab.get_by_label(label)).to_have_count(0)
    tab.goto(served.url)
    tab.get_by_role("button", name="Search in").click()
    for label in ("With these guests", "By these hosts", "In these languages", "Since", "Until"):
        expect(tab.get_by_label(label)).to_be_visible()


@pytest.mark.parametrize(
    ("label", "value", "address", "line"),
    [
        ("By these hosts", "Cy Ray", "host=Cy+Ray", "by Cy Ray"),
        ("In these languages", "de", "language=de", "in the language de"),
        ("Only these interviews", "2021 Di Orr", "in=2021+Di+Orr.md", "in 2021 Di Orr"),
    ],
)
def test_each_choice_leaves_the_others_out(
    served: Page, tab: Tab, label: str, value: str, address: str, line: str
) -> None:
    tab.goto(served.url)
    tab.get_by_role("button", name="Search in").click(timeout=FIRST_ANSWER_MS)
    tab.get_by_label(label).click()
    tab.get_by_role("option", name=value).click()
    expect(tab).to_have_url(f"{served.url}/?{address}")
    expect(tab.get_by_text(f"Searching only {line}")).to_be_visible()
    tab.keyboard.press("Escape")
    ask(tab, "What is the rope for?")
    expect(tab.locator(".st-key-turn_0 mark")).to_have_text("The rope is for the bell.", timeout=FIRST_ANSWER_MS)
    expect(tab.locator(".st-key-turn_0 footer")).to_have_count(1)


def test_a_time_is_asked_for(served: Page, tab: Tab) -> None:
    tab.goto(served.url)
    tab.get_by_role("button", name="Search in").click(timeout=FIRST_ANSWER_MS)
    until = tab.get_by_label("Until")
    until.fill("2020")
    until.press("Enter")
    expect(tab).to_have_url(f"{served.url}/?until=2020")
    expect(tab.get_by_text("Searching only until 2020: 1 of 2 interviews")).to_be_visible()
    ask(tab, "What is the rope for?")
    expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("For the goat", timeout=FIRST_ANSWER_MS)
    tab.get_by_role("button", name="Search everything").click()
    tab.get_by_role("button", name="Search in").click()
    since = tab.get_by_label("Since")
    since.fill("2021-07")
    since.press("Enter")
    expect(tab.get_by_text("Searching only since 2021-07: 1 of 2 interviews")).to_be_visible()
    ask(tab, "What is the rope for?")
    expect(tab.locator(".st-key-turn_1 mark").first).to_have_text("The rope is for the bell.")
    tab.get_by_role("button", name="Search everything").click()
    tab.get_by_role("button", name="Search in").click()
    until.fill("the <b>end</b> *of* it")
    until.press("Enter")
    expect(tab.get_by_text("'the <b>end</b> *of* it' is no date as 2021, 2021-06 or 2021-06-30")).to_be_visible()


def test_what_the_library_has_not_any_more_is_a_sentence(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?in=gone.txt&in=yuki-arnalds-glacier.txt&{FRIGHTENED}")
    expect(tab.get_by_text("There is no interview named 'gone.txt', so this is not asked for.")).to_be_visible(
        timeout=FIRST_ANSWER_MS
    )
    expect(tab.get_by_text("Searching only in Yuki Arnalds Glacier", exact=True)).to_be_visible()
    expect(tab.locator(".st-key-turn_0 footer").first).to_have_text(re.compile("^Yuki"), timeout=FIRST_ANSWER_MS)
    tab.goto(f"{page.url}/?in=gone.txt&in=gone%00too&since=%3Cscript%3E")
    expect(tab.get_by_role("button", name="Search everything")).to_be_visible()
    expect(tab.get_by_text("Searching only")).to_have_count(0)


def test_where_no_interview_is_all_of_that_nothing_is_searched(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?in=dele-marchetti-bridges.txt&guest=Yuki+Arnalds&{FRIGHTENED}")
    turn = tab.locator(".st-key-turn_0")
    expect(turn.get_by_text("No interview is all of that at once.")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.locator(".passage")).to_have_count(0)


def test_of_very_many_interviews_some_are_chosen_in_the_list(many: Page, tab: Tab) -> None:
    tab.goto(many.url)
    tab.get_by_role("button", name="Search in").click(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_label("Only these interviews")).to_have_count(0)
    tab.get_by_role("button", name="Choose in the list").click()
    expect(tab).to_have_url(f"{many.url}/?show=interviews")
    tab.get_by_text("Talk 0007", exact=True).click()
    tab.get_by_role("button", name="Ask only this one").click()
    expect(tab.get_by_text("Searching only in Talk 0007", exact=True)).to_be_visible()
    expect(tab).to_have_url(re.compile(r"\?in=talk-0007\.txt$"))
