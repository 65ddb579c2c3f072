"""Nobody is shut out: axe, https://github.com/dequelabs/axe-core, finds nothing serious on any view of the page."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from helpers.chat_page import AXE, FIRST_ANSWER_MS, Page, ask

# What npm installs; .ci/run does.

# Each view by its address, and what is there when it is drawn.
VIEWS = {
    "/": "button:has-text('See them all')",
    "/?q=castor+oil": ".st-key-turn_0 footer",
    "/?q=Who+won+the+1998+world+cup%3F": ".st-key-turn_0 footer",
    "/?passage=yuki-arnalds-glacier.txt:2882-3216&find=ice": ".reading mark",
    "/?show=interviews": "[data-testid=stCheckbox]",
    "/?q=castor+oil&where=1&side=1&in=yuki-arnalds-glacier.txt&in=tomas-okafor-bread.txt": ".guest",
    "/?show=map": "[data-testid=stVegaLiteChart] svg",
    "/?show=voices": ".voices",
}


@pytest.fixture(scope="module")
def axe() -> str:
    """Return axe's script; skip where it is not installed."""
    path = Path(os.environ.get("AXE") or AXE)
    if not path.is_file():
        missing = f"no axe-core: npm install --prefix {AXE.parents[2].name} axe-core"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_keeps_anybody_from_reading_or_using_the_page(
    page: Page, browser: Browser, axe: str, view: str, scheme: Any
) -> None:
    tab = browser.new_page(color_scheme=scheme, reduced_motion="reduce")
    tab.goto(f"{page.url}{view}")
    expect(tab.locator(VIEWS[view]).first).to_be_visible(timeout=FIRST_ANSWER_MS)
    tab.evaluate(axe)
    found = tab.evaluate("axe.run()")["violations"]
    tab.close()
    assert faults(found) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_from_what_comes_of_a_chat(page: Page, browser: Browser, axe: str, scheme: Any) -> None:
    tab = browser.new_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 390, "height": 800})

    def look() -> None:
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        tab.evaluate(axe)
        assert faults(tab.evaluate("axe.run()")["violations"]) == []

    tab.goto(page.url)
    ask(tab, "What did you do with the castor oil? " * 20)
    expect(tab.locator(".st-key-turn_0 footer").first).to_be_visible(timeout=FIRST_ANSWER_MS)
    ask(tab, "castor oil")
    expect(tab.locator(".st-key-turn_1 footer").first).to_be_visible()
    expect(tab.locator(".earlier details")).to_be_attached()
    look()
    tab.get_by_role("button", name="Read on").first.click()
    tab.get_by_text("passages here for “castor oil”").click()
    expect(tab.locator("[class*=st-key-where_list_of_] button").first).to_be_visible()
    look()
    tab.get_by_role("button", name="Back to the questions").click()
    tab.get_by_role("button", name="Map").click()
    expect(tab.get_by_text("Ringed is what was found for “castor oil”.")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.locator("[data-testid=stVegaLiteChart] svg").first).to_be_visible()
    look()
    tab.close()


def faults(found: Any) -> list[Any]:
    """Return what is serious of what axe found."""
    told = [(each["impact"], each["id"], [node["html"] for node in each["nodes"]]) for each in found]
    return [each for each in told if each[0] in {"serious", "critical"}]
