"""Make the README's picture of the page, from the real page: python tests/screenshot.py (needs Chromium)."""

import shutil
import sys
import tempfile
from pathlib import Path

from conftest import CHROMIUM_ARGUMENTS, ROOT, Page
from playwright.sync_api import sync_playwright

from index.build import build
from index.samples import SAMPLES
from qa.judge import fit

QUESTION = "castor oil in the first hydrophone"


def main() -> None:
    """Ask the samples in a fresh page, and save what it shows."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder, cwd = Path(place) / "index", Path(place)
        build([SAMPLES], folder, fit=fit)
        served = Page([sys.executable, "-m", "qa", "chat"], folder, cwd, cwd / "log")
        served.wait_until_up()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM_ARGUMENTS))
        tab = browser.new_page(viewport={"width": 1000, "height": 700}, reduced_motion="reduce")
        tab.goto(served.url)
        box = tab.get_by_test_id("stChatInputTextArea")
        box.fill(QUESTION)
        box.press("Enter")
        tab.locator(".st-key-turn_0 footer").first.wait_for(timeout=120_000)
        tab.wait_for_timeout(1000)
        tab.screenshot(path=ROOT / ".github" / "page.png")
        browser.close()
        served.stop()


if __name__ == "__main__":
    main()
