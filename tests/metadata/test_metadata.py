"""What is known of an interview: from beside its file, from the file, from its name."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from helpers.library import put
from index.building.build import build
from index.building.verify import verify
from index.errors import TranscriptError
from index.metadata.front_matter import MOST_CHARS
from index.metadata.metadata import Fields, FileContext, merge_metadata, metadata_of_name
from index.reading.reader import read_transcript
from index.sources.discovery import find_files
from index.sources.sources import Sources
from index.storage.database import Database
from index.storage.queries import named_by
from index.types import Mark, Metadata, Segment, Transcript
from qa.ranking.no_answer import fit_thresholds

BOAT = "[00:00:01] Ada: How old is the boat?\n[00:00:05] Bo: Ninety years and some, and she leaks like a basket.\n"
CAVE = "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n"


def metadata_by_transcript(*paths: Path) -> dict[str, Metadata]:
    """Return name -> what is known, of the transcripts that are found."""
    with Sources() as sources:
        found = find_files(paths, sources).transcripts
        readings = {name: sources.read(source) for name, source in found.items()}
    return {name: read_transcript(data, name, known).metadata for name, (data, _, known) in readings.items()}


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


FRONT = """---
title: "The bees: a talk"
guests:
  - Ada Moss
date: 2021-03-04
language: no
source: ada.mp3
---
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_front_matter_is_what_a_text_says_of_itself_and_not_speech(ending: str) -> None:
    text = (FRONT + BOAT).replace("\n", ending)
    found = read_transcript(text.encode(), "a.txt", FileContext(folder=Path("/talks")))
    assert found.metadata == Metadata("The bees: a talk", ("Ada Moss",), (), "2021-03-04", "/talks/ada.mp3", "no")
    assert found.text == "How old is the boat?\nNinety years and some, and she leaks like a basket."
    assert [text[s.start : s.end] for s in found.segments] == [s.text for s in found.segments]


@pytest.mark.parametrize(
    "front",
    [
        "guest: Ada Moss\nhost: Bo Lind",
        "hosts: [Bo Lind]\ninterviewees:\n- Ada Moss",
        "guests: Ada Moss\nhost: Bo Lind",
    ],
)
def test_front_matter_may_say_no_more_than_who_it_is(front: str) -> None:
    found = read_transcript(f"---\n{front}\n---\n\n{BOAT}".encode(), "a.md")
    assert (found.metadata.guests, found.metadata.hosts) == (("Ada Moss",), ("Bo Lind",))
    assert found.text == "How old is the boat?\nNinety years and some, and she leaks like a basket."


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_front_matter_in_toml(ending: str) -> None:
    text = f'+++\ntitle = "The bees"\ndate = 2021-03-04\n+++\n\n{BOAT}'.replace("\n", ending)
    found = read_transcript(text.encode(), "a.md")
    assert (found.metadata.title, found.metadata.date) == ("The bees", "2021-03-04")
    assert found.text.startswith("How old is the boat?")


def test_what_is_said_between_pluses_is_no_front_matter() -> None:
    assert (
        read_transcript(b"+++\nWe met.\n+++\nIt rained.\n", "a.txt").text.split()
        == "+++ We met. +++ It rained.".split()
    )


@pytest.mark.parametrize(
    "text",
    [
        "---\nHost: Welcome to it.\nGuest: Thank you.\n---\nHost: Well?\nGuest: Yes.\n",
        "---\nhost: Welcome to it\nguest: Thank you!\n---\nhost: Well?\nguest: Yes.\n",
        "---\nhost: welcome back everybody\nguest: thanks so much\n---\nhost: Well?\nguest: Yes.\n",
        "---\nhost: Well, so we met in May,\nguest: And it rained —\n---\nhost: Well?\nguest: Yes.\n",
        "---\nhost: We met in May, you and I, and\nit rained: a lot\nguest: Yes\n---\nhost: Well?\nguest: Yes.\n",
        "---\nhost: 今日はパンの話です。\nguest: はい。\n---\nhost: Well?\nguest: Yes.\n",
        "---\nHost: Welcome\nGuest: Thanks\n---\nHost: Well?\nGuest: Yes.\n",
        "---\ntitle: one\nAda: Hello.\nAda: Hello again.\n---\nAda: Yes.\n",
        "---\nWe met in May.\n---\nAnd it rained.\n",
        "---\n- title: x\n---\nAnd it rained.\n",
        "---\ntitle: a text without an end\nAnd it rained.\n",
        f"---\ntitle: {'long ' * MOST_CHARS}\n---\nAnd it rained.\n",
    ],
)
def test_what_is_said_between_two_rules_is_no_front_matter(text: str) -> None:
    words = re.findall(r"\w+", re.sub(r"^(?:Host|Guest|Ada):", "", text, flags=re.MULTILINE | re.IGNORECASE))
    assert re.findall(r"\w+", read_transcript(text.encode(), "a.txt").text) == words


@pytest.mark.parametrize(
    ("front", "line"),
    [("title: a: b", 2), ("title: x\nguest: [Ada", 3), ("title: x\nhost: \x07", 3), ("title: &a [*a]", 2)],
)
def test_invalid_yaml_costs_the_front_matter_and_is_a_warning(front: str, line: int) -> None:
    transcript = read_transcript(f"---\n{front}\n---\n{BOAT}".encode(), "a.txt")
    ((warning),) = transcript.warnings
    assert warning.startswith(f"a.txt, line {line}: the front matter is invalid YAML")
    assert transcript.text == read_transcript(BOAT.encode(), "a.txt").text


@pytest.mark.parametrize(
    ("front", "title"),
    [
        (f"+++\ntitle = 'Boats'\nn = {'9' * 5000}\n+++", "Boats"),
        (f"+++\ntitle = 'Boats'\nn = 0x{'f' * 9000}\n+++", "Boats"),
        ('---\ntitle: Boats\nhost: "\\UFFFFFFFF"\n---', "Boats"),
        ('---\ntitle: "Bo\\uD800ts"\n---', "Bo\ufffdts"),
    ],
)
def test_a_hostile_value_costs_its_line_of_the_front_matter(front: str, title: str) -> None:
    transcript = read_transcript(f"{front}\n{BOAT}".encode(), "a.md")
    assert transcript.metadata.title == title
    assert "front" not in transcript.text
    assert "9999" not in transcript.text


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


def test_a_folder_above_what_was_given_does_not_speak(tmp_path: Path) -> None:
    put(tmp_path, interviews__toml='host = "Ada Moss"', deep___bo__txt=CAVE)
    assert metadata_by_transcript(tmp_path)["deep/bo.txt"].hosts == ("Ada Moss",)
    assert metadata_by_transcript(tmp_path / "deep")["bo.txt"].hosts == ()
    assert metadata_by_transcript(tmp_path / "deep" / "bo.txt")["bo.txt"].hosts == ()


def test_captions_of_a_video_are_known_by_what_was_saved_with_them(tmp_path: Path) -> None:
    name = "On boats [a1-B2_c3D4e]"
    (tmp_path / f"{name}.en.txt").write_text(BOAT)
    (tmp_path / f"{name}.mp4").write_text("")
    (tmp_path / f"{name}.info.json").write_text(json.dumps({"title": "Boats: all of them", "upload_date": "20210304"}))
    found = metadata_by_transcript(tmp_path)
    assert found == {
        f"{name}.en.txt": Metadata("Boats: all of them", (), (), "2021-03-04", str(tmp_path / f"{name}.mp4"), "en")
    }
    (tmp_path / f"{name}.mp4").unlink()
    assert metadata_by_transcript(tmp_path)[f"{name}.en.txt"].media == "https://www.youtube.com/watch?v=a1-B2_c3D4e"


def test_what_speaks_of_a_transcript_is_none_and_is_no_noise(tmp_path: Path) -> None:
    put(
        tmp_path,
        ada__txt=BOAT,
        ada__toml="",
        ada__mp3="",
        ada__info__json="{}",
        interviews__toml="",
        bo__toml="",
        x__mp3="",
    )
    with Sources() as sources:
        found = find_files([tmp_path, tmp_path / "ada.toml", tmp_path / "ada.info.json"], sources)
    assert list(found.transcripts) == ["ada.txt"]
    assert [path.name for path in found.ignored] == ["bo.toml", "x.mp3"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("ada.toml", 'title = "x"\nguest = Ada', "ada.toml, line 2: no TOML: "),
        ("ada.toml", 'title = "x', "ada.toml, line 1: no TOML: "),
        ("interviews.toml", "a\n", "interviews.toml, line 1: no TOML: "),
        ("ada.info.json", '{\n"title": }', "ada.info.json, line 2: no JSON: "),
        ("ada.info.json", "[]", "ada.info.json, line 1: expected a JSON object of what is known about a video"),
        ("ada.info.json", "[" * 100_000, "ada.info.json, line 1: no JSON that makes sense"),
        ("ada.toml", "a = " + "[" * 100_000, "ada.toml, line 1: no TOML that makes sense"),
    ],
)
def test_a_sidecar_that_cannot_be_read_is_named_once_and_its_transcripts_wait(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    put(tmp_path, **{"ada__txt": BOAT, "ada__srt": BOAT, name.replace(".", "__"): text})
    with Sources() as sources:
        for file in find_files([tmp_path], sources).transcripts.values():
            with pytest.raises(TranscriptError, match=rf"^{re.escape(f'{tmp_path}/{message}')}"):
                sources.read(file)


def test_a_sidecar_in_a_bad_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    put(tmp_path, ada__txt=BOAT)
    (tmp_path / "ada.toml").write_bytes(b'title = "x"\nguest = "Jos\xe9"')
    with pytest.raises(TranscriptError, match=r"ada\.toml, line 2: expected text in UTF-8"):
        metadata_by_transcript(tmp_path)


# In the index


def test_a_sidecar_is_part_of_its_transcript(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", ada__txt=BOAT, cave__txt=CAVE)

    def built() -> tuple[int, int]:
        report = build([folder], tmp_path / "i", fit=fit_thresholds)
        assert verify(tmp_path / "i").problems == []
        return report.read, report.embedded

    assert built() == (2, 2)
    for name, text in (("ada.toml", 'title = "Boats"'), ("ada.toml", 'title = "Ships"'), ("ada.mp3", "")):
        (folder / name).write_text(text)
        (line,) = verify(tmp_path / "i").stale
        assert line.startswith("ada.txt changed")
        assert built() == (1, 0)
    (folder / "ada.toml").unlink()
    assert built() == (1, 0)
    assert built() == (0, 0)
    with Database.open(tmp_path / "i") as database:
        assert database.metadata_by_transcript()["ada.txt"] == Metadata("Ada", media=str(folder / "ada.mp3"))


def test_a_transcript_with_a_broken_sidecar_stays_as_it_was(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", ada__txt=BOAT, cave__txt=CAVE)
    build([folder], tmp_path / "i", fit=fit_thresholds)
    put(folder, interviews__toml="host =")
    report = build([folder], tmp_path / "i", fit=fit_thresholds)
    assert report.transcripts == 2
    assert [line.split(": ")[0] for line in report.errors] == [f"{folder}/interviews.toml, line 1"]


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
