"""The chat page in a browser: what its tests share."""

from playwright.sync_api import Locator
from playwright.sync_api import Page as Tab

# The first answer waits for the model, which may wait for its libraries.
FIRST_ANSWER_MS = 120_000


def ask(tab: Tab, question: str) -> None:
    box = tab.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")


def turn_of(tab: Tab, number: int) -> Locator:
    """Return a turn of the chat, the last one or an earlier one."""
    return tab.locator(f".st-key-turn_{number}, #turn_{number}")
