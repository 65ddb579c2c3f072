"""Web pages: the transcript on them, and nothing that is around it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.formats import html_page
from index.reading.markup.html_tokens import scan
from index.reading.markup.line_builder import LineMaker


def page(text: str) -> list[tuple[str | None, float | None, str]]:
    return [(segment.speaker, segment.start_s, segment.text) for segment in html_page.parse(text).segments]


def test_what_is_around_a_transcript_is_not_said() -> None:
    text = """<html><head><title>A & B</title><style>p{}</style></head><body>
      <nav><a>Home</a></nav><svg><text>no</text></svg><header>Our show<nav>More</nav></header>
      <p><b>Ada:</b> One &amp; <i>two</i>.<br>And three.</p><script>if (a<b) x("<p>no</p>")</script>
      <p><b>Bo:</b> Four.</p><!-- <p>Ada: no</p> --><aside>Buy this</aside><p><b>Ada:</b> Five.</p><p><b>Bo:</b> Six
      and seven and eight.</p><form><button>Send</button> your address</form><footer>Bye</footer></body></html>"""
    assert page(text) == [
        ("Ada", None, "One & two.\nAnd three."),
        ("Bo", None, "Four."),
        ("Ada", None, "Five."),
        ("Bo", None, "Six and seven and eight."),
    ]


@pytest.mark.parametrize("around", ["form", "aside", "nav", "header", "footer", "noscript"])
def test_a_page_that_has_everything_in_one_element_is_read(around: str) -> None:
    turns = "".join(f"<p><b>{name}:</b> Hello there.</p>" for name in ("Ada", "Bo", "Ada", "Bo"))
    assert [speaker for speaker, _, _ in page(f"<{around} id=x>{turns}</{around}>")] == ["Ada", "Bo", "Ada", "Bo"]


def test_a_transcript_in_an_aside_is_not_lost_beside_long_notes() -> None:
    turns = "".join(f"<p><b>{name}:</b> Hello there.</p>" for name in ("Ada", "Bo", "Ada", "Bo"))
    text = f"<main><p>{'Notes on it. ' * 9}</p></main><aside class='ep-transcript'>{turns}</aside>"
    assert "Bo" in [speaker for speaker, _, _ in page(text)]


def test_every_turn_may_have_a_header_of_its_own() -> None:
    turns = "".join(f"<div><header><b>{name}</b></header><p>Hello there.</p></div>" for name in ("Ada", "Bo") * 3)
    assert page(f"<body>{turns}</body>") == [(name, None, "Hello there.") for name in ("Ada", "Bo") * 3]


@pytest.mark.parametrize(
    "turn",
    [
        "<cite>{}:</cite><time>0:0{}</time><p>Hello there.</p>",
        "<p><time>0:0{1}</time><b>{0}</b>: Hello there.</p>",
        "<p><span class=speaker-name>{}</span><span class=timestamp>0:0{}</span></p><p>Hello there.</p>",
        "<dl><dt>{} (0:0{})<dd>Hello there.</dl>",
        "<table><tr><td>0:0{1}<td>{0}<td>Hello there.</table>",
        "<table><tr><td>{}</td><td>00:00:0{}</td><td><p>Hello there.</p></td></tr></table>",
        "<h3>{}</h3><button>00:0{}</button><p>Hello there.</p>",
        "<div class='speaker'><b>{}</b> [00:00:0{}]</div><div>Hello there.</div>",
        "<p>[00:00:0{1}] {0}: Hello there.",
        "{} (00:0{}):<br>Hello there.<br><br>",
        "<p style='font-weight:normal'><span style='font-weight: 700'>{}</span> 00:0{}<br>Hello there.</p>",
    ],
)
def test_names_and_times_of_many_pages(turn: str) -> None:
    names = ("Ada Moss", "Bo Lind") * 3
    text = "<div>" + "\n".join(turn.format(name, row) for row, name in enumerate(names, start=1)) + "</div>"
    assert page(text) == [(name, float(row), "Hello there.") for row, name in enumerate(names, start=1)]


def test_lines_of_preformatted_text_are_lines() -> None:
    assert page("<body><pre>\nAda: Hello.\nBo: Hello.\n\nAda: Well?\nBo: Well.\n</pre></body>") == [
        ("Ada", None, "Hello."),
        ("Bo", None, "Hello."),
        ("Ada", None, "Well?"),
        ("Bo", None, "Well."),
    ]


def test_lines_of_a_text_with_tags_in_it_are_lines() -> None:
    assert page("<b>Ada:</b> Hello.\n<b>Bo:</b> Hello.\n<b>Ada:</b> Well?\n<b>Bo:</b> Well.\n")[2:] == [
        ("Ada", None, "Well?"),
        ("Bo", None, "Well."),
    ]


def test_a_player_of_another_site_is_the_recording() -> None:
    text = (
        '<html><body><iframe src="https://www.youtube.com/embed/abcdefghijk?rel=0"></iframe><p>Hello.</p></body></html>'
    )
    assert html_page.parse(text).metadata == {"media": "https://www.youtube.com/watch?v=abcdefghijk"}


def test_what_only_looks_like_a_tag_is_said() -> None:
    assert page("<p>a<![CDATA[b < c]]>d <3, 1 < 2, AT&T;</p>") == [(None, None, "ab < cd <3, 1 < 2, AT&T;")]


def test_two_breaks_in_a_row_begin_a_paragraph() -> None:
    maker = LineMaker()
    for said_, breaks in (("One.", 1), ("Two.", 2), ("Three.", 1)):
        maker.add(said_, 0, len(said_))
        for _ in range(breaks):
            maker.end(opens=False)
    assert [(line.text, line.opens) for line in maker.lines] == [("One.", True), ("Two.", False), ("Three.", True)]


@pytest.mark.parametrize(
    "text",
    [
        "<p>3 < 4, <3 and a<b</p>",
        "<p>AT&T; &nosuch; &#99999999999999999999; &amp</p>",
        "<p>a<!-- never ends",
        "<p>a</p></div></div></table></td></p>b",
        "<title>never ends <p>a</p><p>b</p>",
        "<p>a<![CDATA[b < c]]>d<![if !x]>e<?php x ?>f",
        "<p>a <a href='x>y' b=\">\">b</a> c",
        "<table>a<tr>b<td>c</table>d",
        "<p>" + "&#" + "9" * 5000 + ";",
    ],
)
def test_broken_pages_are_read(text: str) -> None:
    words = " ".join(text for _, _, text in page(text)).split()
    assert words
    assert not any(tag in words for tag in ("<p>", "</p>"))


@given(st.text(st.sampled_from("<>/!-=\"' abp&#;?x1\n"), max_size=60))
def test_tags_and_words_are_in_their_order_and_in_their_place(text: str) -> None:
    end = 0
    for token in scan(text):
        assert end <= token.start < token.end <= len(text)
        end = token.end


# Time grows with the length alone: what grows with its square takes minutes here.

LONGEST_S = 8
TAGS = (
    "<a |<a x=\"|<a x='|<!|<!--|<|</|</p|<?|<![|<![CDATA[|&|&#|<p>|</p>|<b>|<i></b>|<li>|<span><td>|<tr>|<table>"
    "|<title>|<script>|<textarea>|<nav>|<aside>x|<a x=\"<b y='|<time>0:01</time>|<b>A:</b> x<br>|<svg>|<pre>|\n| |a|a "
).split("|")


@pytest.mark.parametrize("before", ["<div>", "<svg><p><table><td>"])
@pytest.mark.parametrize("unit", TAGS)
def test_pages_that_never_end_take_time_by_their_length_alone(unit: str, before: str) -> None:
    began = time.monotonic()
    html_page.parse(before + unit * (100_000 // len(unit)))
    assert time.monotonic() - began < LONGEST_S
