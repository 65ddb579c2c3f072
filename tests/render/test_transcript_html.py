"""A transcript as it is read, and answers to take along."""

import html
import json
import re
from pathlib import Path

import pytest

from helpers.library import build_index, put
from index.building.build import build
from index.embedding.embedder import Embedder
from index.storage.database import Database
from index.storage.records import StoredPassage
from index.types import Segment, Span, Transcript
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.page.url_state import place_from_url, place_to_url
from qa.ranking.no_answer import fit_thresholds
from qa.render.export import chat_as_json, chat_as_markdown, quote
from qa.render.transcript_html import as_html, occurrences, page_of, pages, paragraphs

BOAT = (
    "[00:00:01] Ada: How old is the boat?\n[00:00:05] Bo: Ninety years and some. She leaks like a <b>basket</b>.\n"
    "[00:01:05] Ada: When do you sail her?\n[00:01:09] Bo: Only in *winter*, when nobody else goes out.\n"
)


def stored(folder: Path, name: str) -> tuple[Transcript, list[StoredPassage]]:
    with Database.open(folder) as database:
        return database.transcript(name), database.passages(transcript_id=database.transcript_ids()[name])


@pytest.fixture(scope="module")
def boat(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> tuple[Transcript, list[StoredPassage]]:
    folder = tmp_path_factory.mktemp("boat")
    build([put(folder / "talks", boat__txt=BOAT)], folder / "i", embedder, fit_thresholds)
    return stored(folder / "i", "boat.txt")


def text_of(shown: str) -> str:
    return " ".join(html.unescape(re.sub(r"<small>.*?</small>|<b>\w.*?</b>|<[^>]+>", " ", shown)).split())


def test_every_word_is_read_once_in_its_order(sample_folder: Path) -> None:
    with Database.open(sample_folder) as database:
        names = list(database.transcript_ids())
    for name in names:
        transcript, passages = stored(sample_folder, name)
        found = paragraphs(transcript, passages)
        turned = pages(transcript, found)
        read = [word for page in turned for p in page for word in transcript.text[slice(*p.span)].split()]
        assert read == transcript.text.split()
        assert all(p.speaker for p in found if p.start_s and p.time_is_exact)


def test_a_paragraph_says_who_speaks_and_when_and_what_was_asked_stands_out(
    boat: tuple[Transcript, list[StoredPassage]],
) -> None:
    transcript, passages = boat
    found = paragraphs(transcript, passages)
    assert [(transcript.text[slice(*p.span)].strip(), p.speaker, p.start_s, p.asks) for p in found] == [
        ("How old is the boat?", "Ada", 1.0, True),
        ("Ninety years and some. She leaks like a <b>basket</b>.", "Bo", 5.0, False),
        ("When do you sail her?", "Ada", 65.0, True),
        ("Only in *winter*, when nobody else goes out.", "Bo", 69.0, False),
    ]


def test_words_are_shown_and_not_obeyed_and_what_is_here_is_marked(
    boat: tuple[Transcript, list[StoredPassage]],
) -> None:
    transcript, passages = boat
    here = passages[0].span
    shown = as_html(transcript, paragraphs(transcript, passages), here, occurrences(transcript, "BASKET"))
    assert "&lt;b&gt;" in shown
    assert '<mark class="here hit">basket</mark>' in shown
    marked = " ".join(re.findall(r'<mark class="here[^"]*">(.*?)</mark>', shown))
    assert (
        html.unescape(marked).split()
        == transcript.text[slice(*here)].replace("<b>basket</b>.", "<b> basket </b>.").split()
    )
    assert "<small>1:05</small>" in shown


def test_words_are_found_whatever_their_case_and_what_is_between_them() -> None:
    transcript = Transcript.of("t", [Segment("The boat, the\nBOAT! A boathouse? c++", 0, 37)])
    assert [transcript.text[slice(*span)] for span in occurrences(transcript, "the boat")] == ["The boat", "the\nBOAT"]
    assert [transcript.text[slice(*span)] for span in occurrences(transcript, "C++")] == ["c++"]
    assert occurrences(transcript, "   ") == []
    assert occurrences(transcript, "(") == []


def test_a_long_interview_has_pages_and_each_place_is_on_one(tmp_path: Path, embedder: Embedder) -> None:
    turns = "".join(f"Ada: Which was number {i}?\nBo: {'That was a long time ago. ' * 20}\n" for i in range(60))
    build([put(tmp_path / "talks", long__txt=turns)], tmp_path / "i", embedder, fit_thresholds)
    transcript, passages = stored(tmp_path / "i", "long.txt")
    turned = pages(transcript, paragraphs(transcript, passages))
    assert len(turned) == 3
    assert all(page[0].asks for page in turned)
    for passage in passages:
        page = turned[page_of(turned, passage.span.start)]
        assert page[0].span.start <= passage.span.start < page[-1].span.end


def test_a_place_in_the_address_is_the_passage_again(sample_folder: Path) -> None:
    with Database.open(sample_folder) as database:
        names = list(database.transcript_ids())
    for name in names:
        transcript, passages = stored(sample_folder, name)
        for passage in passages:
            found, file = place_from_url(place_to_url(name, transcript.in_file(passage.span)))
            assert file
            assert found == name
            assert transcript.from_file(file) == passage.span


@pytest.mark.parametrize(
    ("place", "meant"),
    [
        ("a:b.vtt:1-9", ("a:b.vtt", Span(1, 9))),
        ("ada.vtt", ("ada.vtt", None)),
        ("ada.vtt:9-1", ("ada.vtt", None)),
        ("ada.vtt:0-0", ("ada.vtt", None)),
        (":1-2", (":1-2", None)),
        ("ada.vtt:1-99999999999999999999", ("ada.vtt:1-99999999999999999999", None)),
    ],
)
def test_an_address_is_a_name_and_a_place(place: str, meant: tuple[str, Span | None]) -> None:
    assert place_from_url(place) == meant


def test_nothing_was_said_where_a_place_leads_beyond_the_words() -> None:
    transcript = Transcript.of("t", [Segment("Ninety years.", 10, 23)])
    assert transcript.from_file(Span(0, 5)) is None
    assert transcript.from_file(Span(12, 999)) == Span(2, 13)


def test_an_answer_can_be_taken_along(tmp_path: Path) -> None:
    build_index({"2021-03-04 Bo Lind.txt": BOAT}, tmp_path / "index")
    found = answer(Library(tmp_path / "index"), "How old is the boat?", 1)
    assert quote(found.passages[0]) == (
        "“Ninety years and some. She leaks like a <b>basket</b>.”\n— Bo Lind (2021-03-04), Bo, 0:01"
    )
    assert chat_as_markdown([("How *old*?", found)]) == (
        "## How \\*old\\*?\n\n> **How old is the boat?**\n>\n"
        "> Bo: **Ninety years and some. She leaks like a \\<b\\>basket\\</b\\>.**\n>\n"
        "> — Bo Lind (2021-03-04), Bo, 0:01\n"
    )
    (saved,) = json.loads(chat_as_json([("How old?", found)]))
    assert (saved["question"], saved["matched"], saved["passages"][0]["speaker"]) == ("How old?", found.matched, "Bo")
