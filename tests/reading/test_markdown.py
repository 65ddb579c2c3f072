"""Markdown: marks that leave the words, and names that they mark."""

import time

import pytest

from index.reading.formats import markdown
from index.reading.reader import read_transcript


def lines_of_markdown(text: str) -> list[tuple[str, int]]:
    return [(line.text, line.lead) for line in markdown.markdown_lines(text)]


@pytest.mark.parametrize(
    ("text", "line", "lead"),
    [
        ("**Ada:** Hello.", "Ada: Hello.", 4),
        ("**Ada**: Hello.", "Ada: Hello.", 3),
        ("__Ada Moss__ Hello.", "Ada Moss Hello.", 8),
        ("***Ada:*** Hello.", "Ada: Hello.", 4),
        ("*Ada:* Hello.", "Ada: Hello.", 4),
        ("**Ada (00:01):** Hello.", "Ada (00:01): Hello.", 12),
        ("> **Ada:** Hello.", "Ada: Hello.", 4),
        ("- **Ada:** *Hello.*", "Ada: Hello.", 4),
        ("1. **Ada:** Hello.", "Ada: Hello.", 4),
        ("## Ada ##", "Ada", 3),
        ("## Ada {#ada-moss}", "Ada", 3),
        ("### **Ada** (0:01)", "Ada (0:01)", 10),
        ("**[Ada](https://example.org/a_b_c):** Hello.", "Ada: Hello.", 4),
        ("*so*me", "*so*me", 0),
        ('It was [here](/there "a title").', "It was here.", 0),
        ("[laughs](pause) and [so](and so).", "[laughs](pause) and [so](and so).", 0),
        ("[[00:01:02](https://example.org/?t=62)] Hello.", "[00:01:02] Hello.", 0),
        (r"1986\. It \*was\* cold \\ there.", "1986. It *was* cold \\ there.", 0),
        ("f***, s**t and b**t, 2 * 3 * 4, snake_case_name", "f***, s**t and b**t, 2 * 3 * 4, snake_case_name", 0),
        ("**Never** say `**never**`, AT&amp;T &copy;", "Never say **never**, AT&T ©", 5),
        ("It ~~was~~ is<sup>1</sup> <laughs> so[^2].", "It was is1 <laughs> so.", 0),
        ("![A piano](piano.jpg) Hello <https://example.org>", "Hello https://example.org", 0),
    ],
)
def test_marks_leave_a_line_and_what_they_mark_stands_out(text: str, line: str, lead: int) -> None:
    assert lines_of_markdown(text) == [(line, lead)]


def test_rules_comments_and_addresses_are_not_said_and_code_is() -> None:
    text = "***\nHello.\n- - -\n<!-- not\nthis -->\n\n```\n**as** it is\n---\n```\n"
    text += "[here][1]\n\n[1]: https://example.org 'x'\n___\n"
    assert lines_of_markdown(text) == [("Hello.", 0), ("**as** it is", 0), ("---", 0), ("here", 0)]


def test_a_line_above_dashes_is_a_heading_if_it_is_alone() -> None:
    assert lines_of_markdown("Ada\n---\nHello.\nAnd so on.\n---\n") == [("Ada", 3), ("Hello.", 0), ("And so on.", 0)]


def test_a_number_within_a_paragraph_is_said() -> None:
    assert lines_of_markdown("It was in\n1986. That was late.\n\n2. So\n3. it\n") == [
        ("It was in", 0),
        ("1986. That was late.", 0),
        ("So", 0),
        ("it", 0),
    ]


def test_marks_far_into_an_endless_line_are_kept() -> None:
    text = "**Ada:** " + "word *x* " * 20_000
    ((line, lead),) = lines_of_markdown(text)
    assert lead == 4
    assert line.startswith("Ada: word x word x ")
    assert line.endswith("word *x* word *x*")
    assert line.replace("*", "") == text.replace("*", "").strip()


def test_tables_of_markdown_are_like_those_of_word() -> None:
    text = "| Speaker | Text |\n|:---|---:|\n| **Ada** | Hello \\| there. |\n| Bo | Hello.<br>And so on. |\n| | |\n"
    assert lines_of_markdown(text) == [
        ("Speaker Text", 0),
        ("Ada\tHello | there.", 3),
        ("Bo\tHello.", 2),
        ("And so on.", 0),
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize(
    "turn",
    [
        "**{}:** Hello.\n\n",
        "**{}**: Hello.\n",
        "__{}__ Hello.\n\n",
        "*{}:* Hello.\n\n",
        "### {}\n\nHello.\n\n",
        "**{}**\n\nHello.\n\n",
        "- **{}:** Hello.\n",
        "> **{}:** Hello.\n>\n",
        "**{}:**  \nHello.\n\n",
    ],
)
def test_names_in_markdown(turn: str, ending: str) -> None:
    text = "".join(turn.format(name) for name in ("Ada Moss", "Bo Lind") * 3).replace("\n", ending)
    assert markdown.sniff(text)
    assert [(s.speaker, s.text) for s in markdown.parse(text).segments] == [
        (name, "Hello.") for name in ("Ada Moss", "Bo Lind") * 3
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Ada: It was *so* good.\nBo: Was it?\n",
        "Ada: f*** it.\nBo: #metoo\nAda: #1\n",
        "- Where were you?\n- At home.\n",
        "1\n00:00:01,000 --> 00:00:02,000\n**Ada:** Hello.\n",
        "WEBVTT\n\n00:01.000 --> 00:02.000\n# Hello\n",
        '{"text": "**Ada:** Hello."}\n',
        "<p>Hello.</p>\n\n**Ada:** Hello.\n",
        "* laughs *\nHello.\n",
        "A HEARING\n__________\n\nHello.\n",
    ],
)
def test_a_text_without_its_marks_is_no_markdown(text: str) -> None:
    assert not markdown.sniff(text)


LISTED = """---
title: The ferry
guests: [adamoss]
transcript:
- header: The boat
- line: 'Is it: in?'
  sec: 72
  time: '1:12'
  who: Bo
- line: It is. And I went
    there early.
  sec: 80
  time: '1:20'
  who: Ada
---

Links: none.
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_transcript_in_front_matter(ending: str) -> None:
    found = read_transcript(LISTED.replace("\n", ending).encode(), "a.md")
    assert [(s.speaker, s.start_s, s.text) for s in found.segments] == [
        (None, None, "The boat"),
        ("Bo", 72.0, "Is it: in?"),
        ("Ada", 80.0, "It is. And I went there early."),
        (None, None, "Links: none."),
    ]
    assert found.metadata.title == "The ferry"


def test_a_list_that_is_no_yaml_is_shown_as_it_is() -> None:
    text = LISTED.replace("[adamoss]", "[adamoss")
    assert "there early." in read_transcript(text.encode(), "a.md").text


# Time grows with the length alone: what grows with its square takes minutes here.

LONGEST_S = 8
MARKS = [
    *"**;*a ;_a_;`;`a;`` ` ;[;];[a](;[a](b;![;![a](b;\\;|;| a ;> ;- ;#;# a\n;**a:** b\n;a\n---\n;<!-- a -->".split(";"),
    *"1. ;~~;**a;<!--;&a;<b ;[a](<b;[a][;[a]: /b\n;\n|-|-|\n;```\n;a:b;\n; ;a".split(";"),
]


@pytest.mark.parametrize("before", ["", "**A:** b\n"])
@pytest.mark.parametrize("unit", MARKS)
def test_markdown_that_never_ends_takes_time_by_its_length_alone(unit: str, before: str) -> None:
    text = before + unit * (100_000 // len(unit))
    began = time.monotonic()
    markdown.sniff(text)
    markdown.parse(text)
    assert time.monotonic() - began < LONGEST_S


def test_words_behind_a_label_have_their_own_place_in_the_file() -> None:
    text = "**Ada:** Why so?\n\n**Bo:** It was late. It was dark.\n\n**Ada:** And then?\n\n**Bo:** We *ran* home.\n"
    found = [(text[s.start : s.end], s.text) for s in markdown.parse(text).segments]
    assert found == [
        ("Why so?", "Why so?"),
        ("It was late. It was dark.", "It was late. It was dark."),
        ("And then?", "And then?"),
        ("Bo:** We *ran* home.", "We ran home."),
    ]
