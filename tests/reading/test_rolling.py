"""Captions that show again what was there: every word once, and repeats as often as they were said."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.captions import Cues, as_srt, as_vtt, clock, in_seconds, words
from index.reading.formats import srt, vtt

# Speech with many repetitions, as lines of captions: few words, so that nearly everything is said again.
few_words = st.sampled_from(["no", "No.", "never", ">>", "yes", "la"])
spoken_lines = st.lists(st.lists(few_words, min_size=1, max_size=3), min_size=8, max_size=40)
other_lines = st.lists(st.lists(st.sampled_from("abcdefghijklmnop"), min_size=2, max_size=4), min_size=8, max_size=30)


def youtube(lines: Sequence[Sequence[str]], pauses: Sequence[int] = (), has_tags: bool = True) -> Cues:
    """Return cues as yt-dlp saves automatic captions: the line before above each, and alone for 10 ms after it."""
    cues: list[tuple[float, float, list[str]]] = []
    start, above = 0.0, " "
    for row, line in enumerate(lines):
        if row in pauses:
            start, above = start + 5, " "
        plain = " ".join(line).replace(">", "&gt;")
        timed = [line[0], *(f"<{clock(start + at / 10)}><c> {word}</c>" for at, word in enumerate(line) if at)]
        cues.append((start, start + 1.99, [above, "".join(timed).replace(">>", "&gt;&gt;") if has_tags else plain]))
        cues.append((start + 1.99, start + 2, [plain, " "]))
        start, above = start + 2, plain
    return cues


@settings(max_examples=150, deadline=None)
@given(spoken_lines, st.sets(st.integers(1, 40)))
def test_rolling_captions_are_said_once_and_repeats_as_often_as_they_were(
    lines: list[list[str]], pauses: set[int]
) -> None:
    expected = [word for line in lines for word in line]
    found = vtt.parse(as_vtt(youtube(lines, sorted(pauses)))).segments
    assert words(found) == expected
    assert [len(s.marks) for s in found] == [len(line) - 1 for line in lines]
    plain = youtube(lines, sorted(pauses), has_tags=False)
    assert words(srt.parse(as_srt(plain)).segments) == expected


def test_a_line_of_rolling_captions_has_the_times_of_its_first_cue() -> None:
    cues = youtube([["one", "two"], ["three", "four"], ["three", "four"], ["five", "six"]])
    found = vtt.parse(as_vtt(cues)).segments
    assert [(s.text, s.start_s, s.end_s, s.marks) for s in found] == [
        ("one two", 0.0, 1.99, ((4, 0.1),)),
        ("three four", 2.0, 3.99, ((6, 2.1),)),
        ("three four", 4.0, 5.99, ((6, 4.1),)),
        ("five six", 6.0, 7.99, ((5, 6.1),)),
    ]


@settings(max_examples=100, deadline=None)
@given(other_lines, st.integers(2, 4), st.data())
def test_captions_that_roll_up_are_said_once(lines: list[list[str]], height: int, data: st.DataObject) -> None:
    several = [f"{row} {' '.join(line)}" for row, line in enumerate(lines)]
    texts = [text for text in several for _ in range(data.draw(st.sampled_from([1, 1, 1, 2, 4])))]
    cues = [(float(at), at + 1.0, texts[max(0, at + 1 - height) : at + 1]) for at in range(len(texts))]
    assert [s.text for s in vtt.parse(as_vtt(cues)).segments] == texts


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(few_words, min_size=3, max_size=6), min_size=4, max_size=20))
def test_captions_that_grow_are_said_once(lines: list[list[str]]) -> None:
    lines = [[f"so{row}", *line] for row, line in enumerate(lines)]
    grown = [" ".join(line[:end]) for line in lines for end in range(1, len(line) + 1)]
    found = vtt.parse(as_vtt(in_seconds(*grown))).segments
    assert [s.text for s in found] == [" ".join(line) for line in lines]
    starts = [s.start_s for s in found]
    assert starts == [float(grown.index(line[0])) for line in lines]
    assert [m.start_s for m in found[0].marks] == [float(at) for at in range(1, len(lines[0]))]


def test_whisper_shows_a_line_once_for_each_of_its_words() -> None:
    text = as_srt(
        [
            (0.0, 0.5, ["<u>No.</u> No."]),
            (0.5, 0.7, ["No. No."]),
            (0.7, 1.0, ["No. <u>No.</u>"]),
            (1.0, 1.5, ["<u>No.</u> No."]),
            (1.5, 2.0, ["No. <u>No.</u>"]),
        ]
    )
    assert [(s.text, s.start_s, s.end_s, s.marks) for s in srt.parse(text).segments] == [
        ("No. No.", 0.0, 1.0, ((4, 0.7),)),
        ("No. No.", 1.0, 2.0, ((4, 1.5),)),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["No."] * 4,
        ["no no no", "no", "no no", "No."],
        ["row, row\nrow your boat"] * 3,
        ["Were you stung?", "No.", "No.\nNever.", "Never once?", "No.", "No."],
    ],
)
def test_people_repeat_themselves_where_nothing_rolls(lines: list[str]) -> None:
    for text, read in ((as_vtt(in_seconds(*lines)), vtt.parse), (as_srt(in_seconds(*lines)), srt.parse)):
        assert [s.text for s in read(text).segments] == [line.replace("\n", " ") for line in lines]
