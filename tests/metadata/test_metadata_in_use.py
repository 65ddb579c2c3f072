"""What is known of interviews, as people meet it: shown, linked to its recording, and chosen by."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpers.library import cli, put
from index.building.build import build
from index.building.info import info
from index.errors import InterviewQAError
from index.types import Metadata
from qa.answering.answer import answer
from qa.answering.filters import Filters, transcripts_in
from qa.answering.library import Library
from qa.ranking.no_answer import fit_thresholds
from qa.render.media_links import link
from qa.render.render import as_html, as_json, as_text, place

BOAT = "[00:00:01] Ada: How old is the boat?\n[00:00:05] Bo: Ninety years and some, and she leaks like a basket.\n"
CAVE = "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an index of two interviews about which much is known."""
    place = tmp_path_factory.mktemp("shelf")
    put(
        place / "in",
        boat__txt=BOAT,
        cave__txt=CAVE,
        boat__toml='title = "Boats & <b>"\nguest = "Béatrice Lind"\nhost = "Ada Moss"\ndate = 2021-06-30\n'
        'language = "en-GB"\nmedia = "https://youtu.be/a1-B2_c3D4e?t=9"',
        cave__toml='guest = "Di Orr"\nhost = "Ada Moss"\ndate = "2020"\nlanguage = "en"',
    )
    build([place / "in"], place / "i", fit=fit_thresholds)
    return place / "i"


def test_info_says_what_is_known(shelf: Path) -> None:
    boat = info(shelf)["transcripts"][0]
    assert boat["about"] == {
        "title": "Boats & <b>",
        "guests": ("Béatrice Lind",),
        "hosts": ("Ada Moss",),
        "date": "2021-06-30",
        "media": "https://youtu.be/a1-B2_c3D4e?t=9",
        "language": "en-GB",
    }
    assert (boat["segments"], boat["timed_segments"]) == (2, 2)
    told = cli("info", "--index", shelf, cwd=shelf).stdout
    assert (
        "Boats & <b>; with Béatrice Lind; by Ada Moss; 2021-06-30; en-GB; 2 of 2 segments have a time;"
        " https://youtu.be/a1-B2_c3D4e?t=9\n"
    ) in told
    assert "Cave; with Di Orr; by Ada Moss; 2020; en; no times\n" in told


def test_a_passage_says_where_it_is_and_plays_from_there(shelf: Path) -> None:
    found = answer(Library(shelf), "How old is the boat?", 1)
    (passage,) = found.passages
    address = "https://www.youtube.com/watch?v=a1-B2_c3D4e&t=1s"
    assert place(passage) == "Boats & <b> (2021-06-30), Bo, 0:01"
    assert as_text(found).splitlines()[:2] == [f"1. {place(passage)}", f"   {address}"]
    assert (
        '<footer><a href="https://www.youtube.com/watch?v=a1-B2_c3D4e&amp;t=1s" target="_blank" rel="noopener">▶ '
        "Boats &amp; &lt;b&gt; (2021-06-30), Bo, 0:01</a></footer>"
    ) in as_html(passage)
    assert "about" not in as_json(found)
    (untimed,) = answer(Library(shelf), "What scared you in the cave?", 1).passages
    assert place(untimed) == "Cave (2020), Di, 0% in"
    assert "<a " not in as_html(untimed)


@pytest.mark.parametrize(
    ("media", "address"),
    [
        ("https://www.youtube.com/watch?v=a1-B2_c3D4e&list=x#y", "https://www.youtube.com/watch?v=a1-B2_c3D4e&t=83s"),
        ("https://youtu.be/a1-B2_c3D4e?t=5", "https://www.youtube.com/watch?v=a1-B2_c3D4e&t=83s"),
        ("https://m.youtube.com/shorts/a1-B2_c3D4e", "https://www.youtube.com/watch?v=a1-B2_c3D4e&t=83s"),
        ("https://www.youtube-nocookie.com/embed/a1-B2_c3D4e", "https://www.youtube.com/watch?v=a1-B2_c3D4e&t=83s"),
        ("https://www.youtube.com/@somebody", "https://www.youtube.com/@somebody#t=83"),
        ("https://notyoutube.com/watch?v=a1-B2_c3D4e", "https://notyoutube.com/watch?v=a1-B2_c3D4e#t=83"),
        ("https://vimeo.com/12345#t=1s", "https://vimeo.com/12345#t=83s"),
        ("https://example.org/a.mp3?x=1#t=9", "https://example.org/a.mp3?x=1#t=83"),
        ("/tapes/ada moss.mp3", "file:///tapes/ada%20moss.mp3#t=83"),
        ("ada.mp3", None),
        ("http://[bad", None),
        (None, None),
    ],
)
def test_a_link_plays_from_the_moment(media: str | None, address: str | None) -> None:
    assert link(media, 83.9) == address
    assert link(media, None) is None


def test_a_local_recording_is_no_link_on_the_page(shelf: Path) -> None:
    (passage,) = answer(Library(shelf), "How old is the boat?", 1).passages
    local = replace(passage, metadata=replace(passage.metadata, media="/tapes/a.mp3"))
    assert "<a " not in as_html(local)


# Which are asked

KNOWN = {
    "2021/boat.vtt": Metadata("On boats", ("Béatrice Lind", "Ada Moss"), ("Cy Orr",), "2021-06-30", None, "en-GB"),
    "cave.txt": Metadata("The cave", ("Di Orr",), ("Ada Moss",), "2020", None, "en"),
    "bread.srt": Metadata("Bread", (), (), None, None, None),
}


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        (Filters(), None),
        (Filters(transcripts=("cave.txt",)), ["cave.txt"]),
        (Filters(transcripts=("BOAT", "bread")), ["2021/boat.vtt", "bread.srt"]),
        (Filters(transcripts=("the cave",)), ["cave.txt"]),
        (Filters(guests=("beatrice",)), ["2021/boat.vtt"]),
        (Filters(guests=("lind", "ORR")), ["2021/boat.vtt", "cave.txt"]),
        (Filters(hosts=("Ada  Moss",)), ["cave.txt"]),
        (Filters(languages=("en",)), ["2021/boat.vtt", "cave.txt"]),
        (Filters(languages=("EN_gb",)), ["2021/boat.vtt"]),
        (Filters(since="2020-05"), ["2021/boat.vtt", "cave.txt"]),
        (Filters(since="2021"), ["2021/boat.vtt"]),
        (Filters(until="2021-06"), ["2021/boat.vtt", "cave.txt"]),
        (Filters(until="2021-06-29"), ["cave.txt"]),
        (Filters(guests=("ada",), since="2021", until="2021"), ["2021/boat.vtt"]),
    ],
)
def test_a_scope_chooses_interviews(scope: Filters, names: list[str] | None) -> None:
    assert transcripts_in(KNOWN, scope) == names


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (
            Filters(guests=("Bea", "Nobody")),
            "no interview with guest 'Bea' or 'Nobody'; there is Ada Moss, Béatrice Lind, Di Orr",
        ),
        (Filters(languages=("e",)), "no interview in language 'e'; there is en, en-GB"),
        (Filters(transcripts=("",)), "no interview named ''; there is 2021/boat.vtt, bread.srt, cave.txt"),
        (Filters(since="2022"), "no interview since 2022; there is 2020, 2021-06-30"),
        (
            Filters(since="2021-07", until="2021-08"),
            "no interview since 2021-07 until 2021-08; there is 2020, 2021-06-30",
        ),
        (Filters(guests=("di",), since="2021"), "no interview is all of that at once; interview-qa info lists them"),
    ],
)
def test_where_nothing_is_left_it_says_what_there_is(scope: Filters, message: str) -> None:
    with pytest.raises(InterviewQAError) as raised:
        transcripts_in(KNOWN, scope)
    assert str(raised.value) == message


def test_only_the_chosen_interviews_are_asked(shelf: Path) -> None:
    def ask(*options: str) -> Any:
        done = cli("ask", "How old is the boat?", "--json", "--index", shelf, *options, cwd=shelf)
        return [p["transcript"] for p in json.loads(done.stdout)["passages"]] if done.stdout else done.stderr

    assert ask("--guest", "beatrice", "--language", "en", "--until", "2021-06") == ["boat.txt"]
    assert ask("--since", "2020", "--until", "2020") == ["cave.txt"]
    assert ask("--host", "Bo") == "error: no interview with host 'Bo'; there is Ada Moss\n"
    assert "must be a date as 2021, 2021-06 or 2021-06-30, not '2021-13'" in ask("--since", "2021-13")
