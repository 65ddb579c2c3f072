"""What is known of an interview: from beside its file, from the file, from its name."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from helpers.library import put
from index.building.build import build
from index.metadata.metadata import Fields, FileContext, merge_metadata, metadata_of_name
from index.sources.sources import Sources
from index.storage.database import Database
from index.storage.queries import named_by
from index.types import Mark, Metadata, Segment, Transcript
from qa.ranking.no_answer import fit_thresholds

BOAT = "[00:00:01] Ada: How old is the boat?\n[00:00:05] Bo: Ninety years and some, and she leaks like a basket.\n"
CAVE = "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n"


def said(**fields: object) -> Metadata:
    return merge_metadata("", FileContext(), [fields])


# Fields


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Ada Moss and Bo Lind", ("Ada Moss", "Bo Lind")),
        ("Ada Moss, Bo Lind", ("Ada Moss", "Bo Lind")),
        ("Ada Moss, Bo Lind & Cy van Orr", ("Ada Moss", "Bo Lind", "Cy van Orr")),
        ("Ada, Bo and Cy", ("Ada", "Bo", "Cy")),
        ("Ada Moss, PhD", ("Ada Moss, PhD",)),
        ("Bo Lind, Mayor of Kestrel Bay", ("Bo Lind, Mayor of Kestrel Bay",)),
        ("Amanda Sandberg", ("Amanda Sandberg",)),
        (["Ada Moss", {"name": "Bo Lind"}, "Ada Moss"], ("Ada Moss", "Bo Lind")),
        ("-", ()),
        (7, ()),
    ],
)
def test_people_are_told_apart(value: object, names: tuple[str, ...]) -> None:
    assert said(guest=value).guests == names
    assert said(Interviewers=value).hosts == names


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2021-03-04", "2021-03-04"),
        (date(2021, 3, 4), "2021-03-04"),
        (datetime(2021, 3, 4, 23, 59, tzinfo=UTC), "2021-03-04"),
        ("4 March 2021", "2021-03-04"),
        ("March 4th, 2021", "2021-03-04"),
        ("20210304", "2021-03-04"),
        (20210304, "2021-03-04"),
        ("Thu, 04 Mar 2021 10:00:00 GMT", "2021-03-04"),
        ("2021-03-04T10:00:00.5+01:00", "2021-03-04"),
        ("March 2021", "2021-03"),
        ("2021-03", "2021-03"),
        (2021, "2021"),
        ("3/4/2021", None),
        ("2021-02-30", None),
        ("last spring", None),
        (True, None),
    ],
)
def test_a_date_is_a_day_a_month_or_a_year_or_unknown(value: object, day: str | None) -> None:
    assert said(Recorded=value).date == day


@pytest.mark.parametrize(
    ("value", "media"),
    [
        ("https://example.org/a.mp3?x=1", "https://example.org/a.mp3?x=1"),
        ("ada.mp3", "/talks/ada.mp3"),
        ("../tapes/ada.WAV", "/tapes/ada.WAV"),
        ("file:///tapes/ada%20moss.mp3", "/tapes/ada moss.mp3"),
        ("javascript:alert(1)//.mp3", None),
        ("data:audio/mp3;x.mp3", None),
        ("ftp://example.org/a.mp3", None),
        ("https:// example.org", None),
        ("http://[bad", None),
        ("Tape 12, side B", None),
        ("/etc/passwd", None),
        (5, None),
    ],
)
def test_media_is_a_web_address_or_a_recording(value: object, media: str | None) -> None:
    known = FileContext([Fields({"Media URL": value}, Path("/talks"))])
    assert merge_metadata("", known).media == media


def test_a_path_without_a_folder_means_nothing() -> None:
    assert merge_metadata("", FileContext([Fields({"media": "ada.mp3"})])).media is None


@pytest.mark.parametrize(
    ("value", "tag"),
    [("en", "en"), ("pt_br", "pt-BR"), ("English", "en"), ("zh-hans", "zh-Hans"), ("en-orig", "en"), ("?", None)],
)
def test_a_language_is_a_tag(value: str, tag: str | None) -> None:
    assert said(Lang=value).language == tag


@pytest.mark.parametrize(
    ("name", "metadata"),
    [
        ("talks/ada-boat.txt", Metadata("Ada Boat")),
        ("2021-03-04_Ada Moss.srt", Metadata("Ada Moss", date="2021-03-04")),
        ("The bees (20210304).vtt", Metadata("The bees", date="2021-03-04")),
        ("Take 20219999.txt", Metadata("Take 20219999")),
        (
            "Ada Moss on boats [a1-B2_c3D4e].en-US.vtt",
            Metadata("Ada Moss on boats", media="https://www.youtube.com/watch?v=a1-B2_c3D4e", language="en-US"),
        ),
        ("Ada Moss [uncorrected].txt", Metadata("Ada Moss [uncorrected]")),
        ("How old is it.txt", Metadata("How old is it")),
        ("ada.it.srt", Metadata("Ada", language="it")),
        ("20210304.txt", Metadata("20210304", date="2021-03-04")),
    ],
)
def test_a_files_name_says_something(name: str, metadata: Metadata) -> None:
    assert metadata_of_name(name) == metadata


# Sources


def test_the_first_that_speaks_is_believed_field_by_field(tmp_path: Path) -> None:
    put(
        tmp_path,
        deep___ada__vtt__toml='title = "One"',
        deep___ada__toml='title = "Two"\nguests = "Ada Moss"',
        deep___interviews__toml='guests = "No One"\nhost = "Bo Lind"\n["ada.vtt"]\nlanguage = "de"',
        interviews__toml='language = "en"\nhost = "No One"\n["deep/ada"]\ndate = 2020-01-02',
        deep___ada__info__json=json.dumps(
            {"upload_date": "20190101", "webpage_url": "https://example.org/v", "url": "?"}
        ),
        deep___ada__mp3="",
        deep___ada__vtt="Ada: How old?\nBo: Ninety.\nAda: What?\nBo: Years.\n",
        deep___bo__txt=CAVE,
    )
    with Sources() as sources:
        ada = sources.read(sources.source(tmp_path / "deep" / "ada.vtt", tmp_path))
        bo = sources.read(sources.source(tmp_path / "deep" / "bo.txt", tmp_path))
    assert merge_metadata("deep/ada.vtt", ada.known) == Metadata(
        "One", ("Ada Moss",), ("Bo Lind",), "2020-01-02", "https://example.org/v", "de"
    )
    assert merge_metadata("deep/bo.txt", bo.known) == Metadata("Bo", ("No One",), ("Bo Lind",), None, None, "en")


# In the index


def test_a_transcript_comes_out_of_the_index_as_it_went_in(tmp_path: Path) -> None:
    metadata = Metadata("Boats", ("Ada Moss", "Bo Lind"), ("Cy Orr",), "2021-03", "/tapes/é.mp3", "en")
    for separator in (" ", "\n"):
        segments = [
            Segment("How old?", 3, 11, "Ada", 0.1, 1.7),
            Segment("Ninety years.", 20, 40, "Bo", 2.2, None, (Mark(0, 2.2), Mark(7, 2.3000000001))),
            Segment("So.", 50, 53),
        ]
        whole = Transcript.of("a.vtt", segments, metadata, separator)
        one = Transcript.of("b.vtt", segments[:1])
        with Database.create(tmp_path / repr(separator).strip("'\\")) as database:
            for transcript in (whole, one):
                database.add(transcript, "[]", "0", [])
                assert database.transcript(transcript.name) == transcript


def test_names_and_titles_are_found_by_questions(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", a__txt=BOAT, b__txt=CAVE)
    put(folder, a__toml='guest = "Bo Lind"\nhost = "Zoë Marsh"\ntitle = "Old basket, new boats"')
    build([folder], tmp_path / "i", fit=fit_thresholds)
    with Database.open(tmp_path / "i") as database:
        words = "lind zoë marsh basket old ada".split()
        found = {(word, speaker, bool(topic)) for word, _, speaker, topic in named_by(database, words)}
    assert found == {
        ("zoë", None, False),
        ("marsh", None, False),
        ("basket", None, True),
        ("old", None, True),
        ("ada", "Ada", False),
        ("lind", "Bo", False),
    }
