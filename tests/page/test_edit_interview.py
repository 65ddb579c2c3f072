"""Interviews added, corrected and removed on the page, in a real browser, and what a build makes of it then."""

import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, expect
from playwright.sync_api import Page as Tab

from helpers.chat_page import AXE, FIRST_ANSWER_MS, Page, ask
from helpers.library import ROOT, cli, put
from helpers.small_library import FILES
from index.building.build import build
from index.building.info import info
from index.embedding.embedder import Embedder
from index.storage.index_folder import LOCK_NAME
from qa.ranking.no_answer import fit_thresholds

SILO = "SPEAKER_00: What was in the silo?\nSPEAKER_01: Nothing but forty thousand marbles, and a very old goose.\n"
KILN = "Ada: Why is the kiln round?\nCy: So that the fire finds no corner to sulk in.\n"
LOOM = "Ada: Who taught you the loom?\nEva: A deaf weaver in Porto, with his feet.\n"
SERIOUS = {"serious", "critical"}
BAD = '{"segments":\n\n[{"text": "Hello"'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the working directory of a page, in which its interviews and its index lie."""
    return tmp_path_factory.mktemp("own")


@pytest.fixture(scope="module")
def own(place: Path, embedder: Embedder) -> Iterator[Page]:
    """Serve the page on an index of a folder of one's own."""
    for name, text in FILES.items():
        put(place / "talks", **{name.replace(".", "__"): text})
    build([place / "talks"], place / "i", embedder, fit_thresholds)
    yield from served(place / "i", place)


@pytest.fixture
def samples(sample_folder: Path, tmp_path: Path) -> Iterator[Page]:
    """Serve the page on an index of the samples alone, where there is no folder of interviews."""
    shutil.copytree(sample_folder, tmp_path / "i")
    yield from served(tmp_path / "i", tmp_path)


def served(folder: Path, cwd: Path) -> Iterator[Page]:
    page = Page([sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")], folder, cwd, cwd / "log")
    page.wait_until_up()
    yield page
    page.stop()


def file(name: str, text: str | bytes) -> FilePayload:
    data = text.encode() if isinstance(text, str) else text
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def open_list(page: Page, tab: Tab) -> None:
    tab.goto(f"{page.url}/?show=interviews")
    expect(tab.get_by_role("heading", name="The interviews")).to_be_visible(timeout=FIRST_ANSWER_MS)


def upload(tab: Tab, *files: FilePayload) -> None:
    inside = tab.get_by_test_id("stFileUploaderDropzoneInput")
    fold = tab.locator("details", has=tab.get_by_text("Add interviews", exact=True))
    expect(fold).to_be_visible()
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    inside.set_input_files(list(files))


def press(tab: Tab, name: str | re.Pattern[str]) -> None:
    tab.get_by_role("button", name=name).click(timeout=FIRST_ANSWER_MS)


def row(tab: Tab, title: str) -> Locator:
    return tab.get_by_test_id("stCheckbox").filter(has_text=re.compile(f"^{re.escape(title)}$"))


def correct(tab: Tab, page: Page, name: str) -> None:
    tab.goto(f"{page.url}/?show=interviews&correct={name}")
    expect(tab.get_by_label("Title")).to_be_visible(timeout=FIRST_ANSWER_MS)


def names(folder: Path) -> list[str]:
    return [each["name"] for each in info(folder)["transcripts"]]


def test_two_are_added_and_asked_and_the_one_that_cannot_be_read_is_not_kept(own: Page, tab: Tab, place: Path) -> None:
    open_list(own, tab)
    upload(tab, file("../../silo.txt", SILO), file("bad.json", BAD))
    press(tab, "Add 2 files")
    expect(tab.get_by_text("Added: silo.txt")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_text("Not added: bad.json, line 3: the JSON breaks off here")).to_be_visible()
    assert sorted(path.name for path in (place / "talks").iterdir()) == sorted([*FILES, "silo.txt"])
    press(tab, "Back to the questions")
    ask(tab, "What was in the silo?")
    expect(tab.locator(".st-key-turn_0 mark").first).to_contain_text("marbles", timeout=FIRST_ANSWER_MS)


def test_another_by_the_same_name_is_replaced_only_when_somebody_says_so(own: Page, tab: Tab, place: Path) -> None:
    put(place / "talks", loom__txt=LOOM)
    open_list(own, tab)
    upload(tab, file("loom.txt", LOOM.replace("Porto", "Braga")))
    press(tab, "Add 1 file")
    expect(tab.get_by_text("Another file by this name is there: loom.txt")).to_be_visible(timeout=FIRST_ANSWER_MS)
    assert (place / "talks" / "loom.txt").read_text() == LOOM
    press(tab, "Replace what is there")
    expect(tab.get_by_text("Replaced: loom.txt")).to_be_visible(timeout=FIRST_ANSWER_MS)
    assert "Braga" in (place / "talks" / "loom.txt").read_text()
    expect(row(tab, "Loom")).to_be_visible()


def test_a_question_that_nobody_answers_keeps_no_other_file_out(own: Page, tab: Tab, place: Path) -> None:
    put(place / "talks", weir__txt=LOOM)
    open_list(own, tab)
    upload(tab, file("weir.txt", LOOM.replace("Porto", "Braga")))
    press(tab, "Add 1 file")
    expect(tab.get_by_text("Another file by this name is there: weir.txt")).to_be_visible(timeout=FIRST_ANSWER_MS)
    press(tab, "Back to the questions")
    press(tab, "See them all")
    upload(tab, file("moor.txt", SILO.replace("silo", "moor")))
    press(tab, "Add 1 file")
    expect(tab.get_by_text("Added: moor.txt")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_text("Another file by this name is there")).to_have_count(0)
    assert (place / "talks" / "weir.txt").read_text() == LOOM


def test_what_keeps_a_build_from_its_folder_is_said_once(own: Page, tab: Tab, place: Path) -> None:
    put(place / "talks", dune__txt=LOOM)
    (place / "i" / LOCK_NAME).unlink(missing_ok=True)
    (place / "i" / LOCK_NAME).mkdir()
    try:
        open_list(own, tab)
        upload(tab, file("reef.txt", SILO.replace("silo", "reef")))
        press(tab, "Add 1 file")
        error = tab.get_by_text(f"{LOCK_NAME} cannot be written: ")
        expect(error.first).to_be_visible(timeout=FIRST_ANSWER_MS)
        tab.wait_for_timeout(1000)
        expect(error).to_have_count(1)
    finally:
        (place / "i" / LOCK_NAME).rmdir()


def test_the_last_one_whose_file_is_there_is_not_removed_and_if_it_was_it_is_taken_back(
    tab: Tab, tmp_path: Path, embedder: Embedder
) -> None:
    put(tmp_path / "talks", cave__txt=FILES["cave.txt"], told__txt=FILES["told.txt"])
    build([tmp_path / "talks"], tmp_path / "i", embedder, fit_thresholds)
    (tmp_path / "talks" / "told.txt").unlink()
    for page in served(tmp_path / "i", tmp_path):
        correct(tab, page, "cave.txt")
        press(tab, "Remove from the library…")
        press(tab, "Remove it")
        expect(tab.get_by_text("This is the only interview")).to_be_visible(timeout=FIRST_ANSWER_MS)
        assert not (tmp_path / "talks" / "cave.txt.toml").exists()
        # As somebody does it by hand, all the same.
        put(tmp_path / "talks", cave__txt__toml="left_out = true")
        open_list(page, tab)
        tab.get_by_test_id("stExpander").get_by_text("Left out: 1").click(timeout=FIRST_ANSWER_MS)
        press(tab, "Take back")
        expect(tab.get_by_text("Taken back: cave.txt")).to_be_visible(timeout=FIRST_ANSWER_MS)
        tab.close()
    assert names(tmp_path / "i") == ["cave.txt"]


def test_what_lies_in_the_folder_already_is_told_before_it_comes_along(samples: Page, tab: Tab, tmp_path: Path) -> None:
    put(tmp_path / "interviews", kiln__txt=KILN, loom__txt=LOOM)
    open_list(samples, tab)
    expect(tab.get_by_text("This folder holds 2 interviews, which come into the library")).to_have_count(1)


def test_a_zip_becomes_a_folder_of_interviews(own: Page, tab: Tab, place: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("2020/kiln.txt", KILN)
        archive.writestr("2020/kiln.txt.toml", 'guest = "Cy Orr"')
    open_list(own, tab)
    upload(tab, file("kilns.zip", packed.getvalue()))
    press(tab, "Add 1 file")
    expect(tab.get_by_text("with Cy Orr")).to_be_visible(timeout=FIRST_ANSWER_MS)
    assert (place / "talks" / "kilns" / "2020" / "kiln.txt").read_text() == KILN


def test_what_is_removed_stays_away_until_it_is_taken_back(own: Page, tab: Tab, place: Path) -> None:
    correct(tab, own, "cave.txt")
    press(tab, "Remove from the library…")
    press(tab, "Remove it")
    expect(tab.get_by_text(f"Its file is still {place}/talks/cave.txt")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(row(tab, "Told")).to_be_visible()
    expect(row(tab, "Cave")).to_have_count(0)
    built = cli("build", "talks", "--index", "i", cwd=place)
    assert "1 left out" in built.stdout
    assert "cave.txt" not in names(place / "i")
    tab.reload()
    tab.get_by_test_id("stExpander").get_by_text("Left out: 1").click(timeout=FIRST_ANSWER_MS)
    press(tab, "Take back")
    expect(row(tab, "Cave")).to_be_visible(timeout=FIRST_ANSWER_MS)
    cli("build", "talks", "--index", "i", cwd=place)
    assert "cave.txt" in names(place / "i")


def test_a_number_that_speaks_gets_a_name_which_answers_show(own: Page, tab: Tab, place: Path) -> None:
    put(place / "talks", mill__txt=SILO.replace("silo", "mill"))
    cli("build", "talks", "--index", "i", cwd=place)
    correct(tab, own, "mill.txt")
    tab.get_by_label("SPEAKER_01: “Nothing but forty thousand marbles").fill("Ada <b>Moss</b>")
    press(tab, "Save")
    expect(tab.get_by_text(f"Saved beside {place}/talks/mill.txt")).to_be_visible(timeout=FIRST_ANSWER_MS)
    tab.goto(f"{own.url}/?q=What+was+in+the+mill?")
    footer = tab.locator(".st-key-turn_0 footer").first
    expect(footer).to_contain_text("Mill, Ada <b>Moss</b>", timeout=FIRST_ANSWER_MS)
    assert (place / "talks" / "mill.txt").read_text() == SILO.replace("silo", "mill")


def test_title_and_date_are_corrected_and_what_is_no_date_is_refused_by_its_field(
    own: Page, tab: Tab, place: Path
) -> None:
    correct(tab, own, "told.txt")
    tab.get_by_label("Title").fill("Ropes: *a* talk")
    tab.get_by_label("Date").fill("long ago")
    press(tab, "Save")
    expect(tab.get_by_text("Write a date as 2021-03-04")).to_be_visible()
    assert not (place / "talks" / "told.txt.toml").exists()
    tab.get_by_label("Date").fill("March 4, 2021")
    tab.get_by_label("Date").press("Enter")
    expect(row(tab, "Ropes: *a* talk")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_text("2021-03-04 · 16 words")).to_be_visible()
    cli("build", "talks", "--index", "i", cwd=place)
    told = json.loads(cli("info", "--json", "--index", "i", cwd=place).stdout)["transcripts"]
    assert next(each["about"]["date"] for each in told if each["name"] == "told.txt") == "2021-03-04"


def test_samples_give_way_to_interviews_of_ones_own(samples: Page, tab: Tab, tmp_path: Path) -> None:
    open_list(samples, tab)
    expect(tab.get_by_text("the samples give way to them")).to_be_visible()
    upload(tab, file("kiln.txt", KILN))
    press(tab, "Add 1 file")
    expect(tab.get_by_text("Added: kiln.txt")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(tab.get_by_role("checkbox")).to_have_count(1)
    assert names(tmp_path / "i") == ["kiln.txt"]
    assert "1 transcripts, " in cli("build", "--index", "i", cwd=tmp_path).stdout
    press(tab, "Correct")
    press(tab, "Remove from the library…")
    expect(tab.get_by_text("This is the only interview")).to_be_visible()


def test_a_sample_says_why_it_stays_as_it_is(page: Page, tab: Tab) -> None:
    open_list(page, tab)
    tab.get_by_role("button", name="Correct").first.click()
    expect(tab.get_by_text("This is one of the samples")).to_be_visible()
    press(tab, "Back to the list")
    expect(tab.get_by_role("heading", name="The interviews")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_from_adding_and_correcting(
    own: Page, browser: Browser, scheme: Any, place: Path
) -> None:
    if not AXE.is_file():
        pytest.skip("needs axe-core; see tests/test_accessibility.py")
    put(place / "talks", pier__txt=SILO, pier__txt__toml="left_out = true")
    tab = browser.new_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 390, "height": 800})
    open_list(own, tab)
    upload(tab, file("pier.txt", SILO), file("bad.json", BAD))
    press(tab, "Add 2 files")
    expect(tab.get_by_text("There already, and left out; take them back below: pier.txt")).to_be_visible(timeout=60_000)
    tab.get_by_text("Left out: 1").click()
    found = faults(tab)
    correct(tab, own, "boat.vtt")
    tab.get_by_label("Language").fill("the usual")
    press(tab, "Save")
    expect(tab.get_by_text("Write a language as en")).to_be_visible()
    found += faults(tab)
    press(tab, "Remove from the library…")
    expect(tab.get_by_role("button", name="Remove it")).to_be_visible()
    found += faults(tab)
    is_wider = tab.evaluate("document.scrollingElement.scrollWidth > innerWidth")
    tab.close()
    (place / "talks" / "pier.txt").unlink()
    (place / "talks" / "pier.txt.toml").unlink()
    assert (found, is_wider) == ([], False)


def faults(tab: Tab) -> list[Any]:
    """Return what axe takes for serious, https://github.com/dequelabs/axe-core."""
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run()")["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found if each["impact"] in SERIOUS]
