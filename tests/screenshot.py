"""Make the README's pictures of the page, from the real page: python tests/screenshot.py (needs Chromium)."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from helpers.chat_page import CHROMIUM_ARGUMENTS, Page
from helpers.library import ROOT
from index.building.build import build
from index.samples import SAMPLES
from qa.ranking.no_answer import fit_thresholds

ASKED = "/?q=castor+oil+in+the+first+hydrophone"
READ = "/?passage=yuki-arnalds-glacier.txt:2882-3216"

# Each picture: what the page's address is, what shows that it is there, how large and in which colours it is.
PICTURES: dict[str, tuple[str, str, tuple[int, int], Any]] = {
    "page": (ASKED, ".st-key-turn_0 footer", (1000, 700), "light"),
    "reading-dark": (READ, ".reading mark", (1000, 700), "dark"),
    "phone": (ASKED, ".st-key-turn_0 footer", (390, 700), "light"),
}


def main() -> None:
    """Open the samples in fresh tabs, and save what they show."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder, cwd = Path(place) / "index", Path(place)
        build([SAMPLES], folder, fit=fit_thresholds)
        served = Page([sys.executable, "-m", "qa", "chat"], folder, cwd, cwd / "log")
        served.wait_until_up()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM_ARGUMENTS))
        for name in PICTURES:
            take(browser, served, name)
        browser.close()
        served.stop()


def take(browser: Browser, served: Page, name: str) -> None:
    """Save one of the pictures."""
    address, there, (width, height), scheme = PICTURES[name]
    tab = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", device_scale_factor=1
    )
    tab.goto(f"{served.url}{address}")
    tab.locator(there).first.wait_for(timeout=120_000)
    tab.wait_for_timeout(1500)
    tab.screenshot(path=ROOT / ".github" / f"{name}.png")
    tab.close()


if __name__ == "__main__":
    main()
