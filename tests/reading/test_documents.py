"""Word documents, web pages and Markdown: every word, who says it, and nothing that is around it."""

import io
import zipfile
from html import escape
from pathlib import Path
from xml.sax.saxutils import escape as xml_escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.interview import GUEST, HOST, TURNS
from index.errors import MalformedError
from index.reading.decoding import decode
from index.reading.formats import docx, html_page, markdown
from index.reading.reader import READERS, read_transcript
from index.reading.scripts.lines import Line
from index.types import ParsedFile

TRANSCRIPTS = Path(__file__).parent.parent / "transcripts"
SAMPLES = {
    "interview.docx": "docx",
    "teams.docx": "docx",
    "interview.html": "html",
    "page.html": "html",
    "interview.md": "markdown",
}
SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(body: str) -> str:
    """Return the XML of a Word document."""
    return f'<?xml version="1.0"?>\n<w:document xmlns:w="{SPACE}"><w:body>{body}</w:body></w:document>'


def lines_of_word(body: str) -> list[tuple[str, int]]:
    return [(line.text, line.lead) for line in docx.document_lines(word(body))]


def said(contents: ParsedFile) -> list[tuple[str | None, float | None, str]]:
    return [(segment.speaker, segment.start_s, segment.text) for segment in contents.segments]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_interview_comes_out_turn_by_turn(name: str) -> None:
    found = read_transcript((TRANSCRIPTS / name).read_bytes(), name)
    turns = [(segment.speaker, segment.text) for segment in found.segments if segment.speaker]
    assert turns == [(turn.speaker, turn.text) for turn in TURNS]
    if name != "page.html":
        starts = [segment.start_s for segment in found.segments if segment.speaker]
        assert starts == [float(int(turn.start_s)) for turn in TURNS]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_recognised_by_its_reader_alone(name: str) -> None:
    text = decode((TRANSCRIPTS / name).read_bytes(), name)
    assert [key for key, reader in READERS.items() if reader.sniff(text)] == [SAMPLES[name], "plain"]


@pytest.mark.parametrize("name", SAMPLES)
def test_where_a_turn_lies_in_the_file_are_its_words(name: str) -> None:
    data = (TRANSCRIPTS / name).read_bytes()
    text = decode(data, name)
    for segment in read_transcript(data, name).segments:
        place = text[segment.start : segment.end]
        assert segment.text.split()[0].split("&")[0] in place
        assert place.endswith(segment.text[-1])


def test_a_page_says_what_it_is() -> None:
    metadata = read_transcript((TRANSCRIPTS / "page.html").read_bytes(), "page.html").metadata
    assert metadata.title == "Nadia Ferrow tunes what nobody else will touch"
    assert metadata.date == "2021-03-04"
    assert metadata.media == "https://example.org/second-keyboard/12.mp3"
    assert metadata.language == "en-GB"


def test_front_matter_says_who_speaks_and_is_no_speech() -> None:
    found = read_transcript((TRANSCRIPTS / "interview.md").read_bytes(), "interview.md")
    assert (found.metadata.guests, found.metadata.hosts, found.metadata.date) == ((GUEST,), (HOST,), "2021-03-04")
    assert "https" not in found.text


# Word documents.


def test_everything_in_a_paragraph_that_is_text_counts() -> None:
    body = """<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>Ada:</w:t></w:r>
      <w:r><w:t xml:space="preserve"> We </w:t></w:r><w:hyperlink><w:r><w:t>met</w:t></w:r></w:hyperlink>
      <w:ins><w:r><w:t xml:space="preserve"> twice</w:t></w:r></w:ins>
      <w:del><w:r><w:delText> once</w:delText></w:r></w:del>
      <w:moveFrom><w:r><w:t>elsewhere</w:t></w:r></w:moveFrom><w:smartTag><w:r><w:tab/><w:t>in</w:t></w:r></w:smartTag>
      <w:sdt><w:sdtPr><w:alias w:val="Place"/></w:sdtPr>
      <w:sdtContent><w:r><w:t xml:space="preserve"> Kestrel</w:t></w:r>
      </w:sdtContent></w:sdt><w:r><w:noBreakHyphen/><w:t>Bay</w:t><w:softHyphen/><w:sym w:font="Symbol" w:char="263A"/>
      <w:instrText> PAGE </w:instrText></w:r>
      <w:fldSimple w:instr="DATE"><w:r><w:t> &amp; 1986</w:t></w:r></w:fldSimple></w:p>"""
    assert lines_of_word(body) == [("Ada: We met twice\tin Kestrel\u2011Bay\u00ad\u263a & 1986", 4)]


def test_a_line_break_begins_a_line_and_bold_may_be_switched_off() -> None:
    body = (
        '<w:p><w:r><w:rPr><w:b w:val="1"/></w:rPr><w:t>Ada</w:t></w:r><w:r><w:rPr><w:b w:val="0"/></w:rPr>'
        "<w:t xml:space='preserve'>   0:03</w:t><w:br/><w:t>Hello.</w:t></w:r></w:p>"
    )
    assert lines_of_word(body) == [("Ada   0:03", 3), ("Hello.", 0)]


def test_bold_that_was_is_no_lead() -> None:
    body = "<w:p><w:r><w:rPr><w:rPrChange><w:rPr><w:b/></w:rPr></w:rPrChange></w:rPr><w:t>Ada</w:t></w:r></w:p>"
    assert lines_of_word(body) == [("Ada", 0)]


def test_a_name_that_word_cut_into_runs_stands_out_as_one() -> None:
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>{}</w:t></w:r>"
    after = "<w:r><w:t>: <!-- --> Hi</w:t></w:r>"
    body = f"<w:p>{bold.format('Ada')}<w:r><w:t> </w:t></w:r>{bold.format('Moss')}{after}</w:p>"
    assert lines_of_word(body) == [("Ada Moss:  Hi", 8)]


def test_a_heading_stands_out_as_a_whole() -> None:
    body = '<w:p><w:pPr><w:pStyle w:val="Heading2"/></w:pPr><w:r><w:t>Ada</w:t></w:r></w:p>'
    assert lines_of_word(body) == [("Ada", 3)]


def cell(*paragraphs: str) -> str:
    return "<w:tc>" + "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs) + "</w:tc>"


def test_a_table_is_read_row_by_row() -> None:
    rows = [
        cell("Speaker") + cell("Text"),
        cell("Ada") + cell("One.", "Two."),
        cell("Bo", "00:12") + cell("Three."),
        cell("") + cell("Four."),
        cell("A long text that stands beside another one, in a column of its own, as translations do.") + cell("Five."),
    ]
    body = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    assert lines_of_word(body) == [
        ("Ada\tOne.", 3),
        ("Two.", 0),
        ("Bo\t00:12\tThree.", 2),
        ("Four.", 0),
        ("A long text that stands beside another one, in a column of its own, as translations do.", 0),
        ("Five.", 0),
    ]


def test_who_speaks_may_be_in_a_column() -> None:
    rows = [("Speaker", "Text"), ("Ada", "Hello."), ("Bo", "Hello."), ("Ada", "Well?"), ("Bo", "Well.")]
    body = "<w:tbl>" + "".join(f"<w:tr>{cell(name)}{cell(text)}</w:tr>" for name, text in rows) + "</w:tbl>"
    assert said(docx.parse(word(body))) == [(name, None, text) for name, text in rows[1:]]


def test_words_in_a_column_of_numbers_are_not_left_out() -> None:
    rows = [("No.", "Speaker", "Text"), ("1", "Ada", "Hello."), ("2 inaudible", "Bo", "Hello."), ("3", "Ada", "Well?")]
    body = "<w:tbl>" + "".join("<w:tr>" + "".join(map(cell, row)) + "</w:tr>" for row in rows) + "</w:tbl>"
    assert [line for line, _ in lines_of_word(body)] == ["Ada\tHello.", "Bo\t2 inaudible\tHello.", "Ada\tWell?"]


def test_a_row_like_heads_further_down_was_said() -> None:
    rows = [("Ada", "Hello."), ("Bo", "Hello."), ("Speaker", "Text"), ("Ada", "Well?")]
    body = "<w:tbl>" + "".join(f"<w:tr>{cell(name)}{cell(text)}</w:tr>" for name, text in rows) + "</w:tbl>"
    assert [line for line, _ in lines_of_word(body)] == ["Ada\tHello.", "Bo\tHello.", "Speaker Text", "Ada\tWell?"]


def test_a_text_box_is_read_once_and_in_its_place() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    body = (
        '<w:p><w:r><w:t>Before.</w:t></w:r><w:r><mc:AlternateContent xmlns:mc="x"><mc:Choice>'
        f"{box.format('Inside.')}</mc:Choice><mc:Fallback>{box.format('Inside.')}</mc:Fallback></mc:AlternateContent>"
        "</w:r></w:p><w:p><w:r><w:t>After.</w:t></w:r></w:p>"
    )
    assert [text for text, _ in lines_of_word(body)] == ["Before.", "Inside.", "After."]


def test_documents_of_other_words_are_read_as_well() -> None:
    today = word("<w:p><w:r><w:t>Hello.</w:t></w:r></w:p>")
    strict = today.replace(SPACE, "http://purl.oclc.org/ooxml/wordprocessingml/main")
    other_prefix = strict.replace("w:", "ns0:").replace("xmlns:w", "xmlns:ns0")
    old = today.replace(SPACE, "http://schemas.microsoft.com/office/word/2003/wordml")
    old = old.replace("w:document", "w:wordDocument")
    for text in (strict, other_prefix, old, "\ufeff" + strict):
        assert docx.sniff(text)
        assert said(docx.parse(text)) == [(None, None, "Hello.")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (word("<w:p><w:r><w:t>Hello.</w:r></w:p>"), "expected the XML of a Word document: mismatched tag"),
        (word("<w:p><w:r><w:t>Hello.</w:t>")[:-30], "expected the XML of a Word document: no element found"),
        (word("<w:p>")[:-40], "expected the XML of a Word document: unclosed token"),
        (word("<w:p>&bomb;</w:p>"), "expected the XML of a Word document: undefined entity"),
        (
            '<!DOCTYPE a [<!ENTITY bomb "boom">]>' + word("<w:p/>").partition("?>")[2],
            "expected the XML of a Word document, which declares no document type",
        ),
    ],
)
def test_xml_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as raised:
        docx.parse(text)
    assert str(raised.value) == message
    assert 0 <= raised.value.offset <= len(text)


# Every word in is a word out.

WORD = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=9)
SAID = st.lists(WORD, min_size=1, max_size=12).map(" ".join)
LETTERS = st.text(st.sampled_from("abcdeéñøλж"), min_size=1, max_size=9)
SPOKEN = st.lists(LETTERS, min_size=1, max_size=12).map(lambda words: " ".join(words).capitalize() + ".")
# Names come back, and two do.
DIALOGUE = st.lists(SPOKEN, min_size=4, max_size=12).map(
    lambda texts: [(("Ada Moss", "Bo Lind")[row % 2], text) for row, text in enumerate(texts)]
)


def write_run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{xml_escape(text)}</w:t></w:r>"


def write_docx(document: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", document)
    return buffer.getvalue()


def write_markdown(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!<>|~&:=\"'" else c for c in text)


def words(lines: list[Line]) -> list[str]:
    return " ".join(line.text for line in lines).split()


def is_xml(text: str) -> bool:
    return not any(c in "\ufffe\uffff" for c in text)


@given(st.lists(SAID.filter(is_xml), min_size=1, max_size=6), st.data())
def test_every_word_of_a_word_document_comes_out(texts: list[str], data: st.DataObject) -> None:
    body = ""
    for text in texts:
        cut = data.draw(st.integers(0, len(text)))
        runs = write_run(text[:cut], "<w:b/>") + "<w:proofErr/>" + write_run(text[cut:])
        body += data.draw(
            st.sampled_from(
                [
                    f"<w:p>{runs}</w:p>",
                    f"<w:p><w:hyperlink>{runs}</w:hyperlink></w:p>",
                    f"<w:tbl><w:tr><w:tc><w:p>{runs}</w:p></w:tc></w:tr></w:tbl>",
                    f"<w:sdt><w:sdtContent><w:p>{runs}</w:p></w:sdtContent></w:sdt>",
                    f"<w:p><w:r><w:pict><w:txbxContent><w:p>{runs}</w:p></w:txbxContent></w:pict></w:r></w:p>",
                ]
            )
        )
    document = decode(write_docx(word(body)), "a.docx")
    assert docx.sniff(document)
    found = docx.document_lines(document)
    assert words(found) == " ".join(texts).split()
    assert all(0 <= line.start < line.end <= len(document) for line in found)


@given(st.lists(SAID, min_size=1, max_size=6), st.data())
def test_every_word_of_a_page_comes_out(texts: list[str], data: st.DataObject) -> None:
    tags = st.sampled_from(["p", "li", "div", "h2", "blockquote", "td", "dd", "section", "pre"])
    inline = st.sampled_from(["b", "i", "span", "a", "em", "font color=red", "unheard-of"])
    body = ""
    for text in texts:
        name, within = data.draw(tags), data.draw(inline)
        first, _, rest = escape(text).partition(" ")
        body += f"<{name}><{within}>{first}</{within.split()[0]}>\n  {rest}</{name}>\n"
    found = html_page.parse(f"<body><div>{body}</div></body>")
    assert " ".join(segment.text for segment in found.segments).split() == " ".join(texts).split()


@given(st.lists(SAID, min_size=1, max_size=6))
def test_every_word_of_markdown_comes_out(texts: list[str]) -> None:
    paragraphs = [("- " if row % 3 == 2 else "") + write_markdown(text) for row, text in enumerate(texts)]
    assert words(markdown.markdown_lines("\n\n".join(paragraphs))) == " ".join(texts).split()


@given(DIALOGUE)
def test_who_says_what_is_the_same_in_all_three(turns: list[tuple[str, str]]) -> None:
    document = word("".join(f"<w:p>{write_run(f'{name}: ', '<w:b/>')}{write_run(text)}</w:p>" for name, text in turns))
    html = "".join(f"<p><strong>{name}:</strong> {text}</p>\n" for name, text in turns)
    marked = "\n\n".join(f"**{name}:** {text}" for name, text in turns)
    for contents in (docx.parse(document), html_page.parse(html), markdown.parse(marked)):
        assert [(segment.speaker, segment.text) for segment in contents.segments] == turns
