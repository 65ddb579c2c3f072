"""Nobody is shut out: axe, https://github.com/dequelabs/axe-core, finds nothing serious on any view of the page."""

import os
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Page
from pages import FIRST_ANSWER_MS
from playwright.sync_api import Browser, expect

# What npm installs; .ci/run does.
AXE = ROOT / ".ci" / "node_modules" / "axe-core" / "axe.min.js"

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
    told = [(each["impact"], each["id"], [node["html"] for node in each["nodes"]]) for each in found]
    assert [each for each in told if each[0] in {"serious", "critical"}] == []
