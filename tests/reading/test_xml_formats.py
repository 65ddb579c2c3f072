"""Formats of XML and of annotation programs: numbers and counts that make no sense cost themselves, not the file."""

import pytest

from index.reading.formats import annotation_xml, open_document, textgrid, timed_text

SPOKEN = "Where does the river go?"


def test_a_tier_of_a_negative_size_ends() -> None:
    text = f'''File type = "ooTextFile"
Object class = "TextGrid"
xmin = 0
xmax = 9
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "Ada"
        xmin = 0
        xmax = 9
        intervals: size = -5
    item [2]:
        class = "IntervalTier"
        name = "Bo"
        xmin = 0
        xmax = 9
        intervals: size = 1
        intervals [1]:
            xmin = 1
            xmax = 9
            text = "{SPOKEN}"
'''
    assert [(s.speaker, s.start_s, s.text) for s in textgrid.parse(text).segments] == [("Bo", 1.0, SPOKEN)]


@pytest.mark.parametrize("count", ["99999999999", "-1", "many", ""])
def test_spaces_of_any_count_are_one_space(count: str) -> None:
    text = (
        '<office:document xmlns:office="o" xmlns:text="t"><office:body><office:text>'
        f'<text:p>Where<text:s text:c="{count}"/>does the river go?</text:p>'
        "</office:text></office:body></office:document>"
    )
    assert [segment.text for segment in open_document.parse(text).segments] == [SPOKEN]


@pytest.mark.parametrize("rate", ["0", "-1", "many", "1e400", ""])
def test_a_rate_of_no_sense_is_the_standards(rate: str) -> None:
    text = f'<tt frameRate="{rate}"><body><div><p begin="00:00:02:15" end="00:00:03">{SPOKEN}</p></div></body></tt>'
    assert [(s.start_s, s.text) for s in timed_text.parse(text).segments] == [(2.5, SPOKEN)]


def test_a_root_without_a_transcript_is_no_interview() -> None:
    assert not annotation_xml.sniff("<ROOT><record><!-- <transcription> --></record></ROOT>")
