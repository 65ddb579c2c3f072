"""Front matter: what a text says of itself, in YAML or TOML, and what is speech all the same."""

import re
from pathlib import Path

import pytest

from index.metadata.front_matter import MOST_CHARS
from index.metadata.metadata import FileContext
from index.reading.reader import read_transcript
from index.types import Metadata

BOAT = "[00:00:01] Ada: How old is the boat?\n[00:00:05] Bo: Ninety years and some, and she leaks like a basket.\n"

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
