"""One name for each speaker, however the labels spell it."""

import pytest

from index.metadata.speaker_names import Speaker, speakers_of
from index.reading.reader import read_transcript


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["NEAL MOSS, HOST", "NEAL MOSS", "MOSS"], ["NEAL MOSS"] * 3),
        (["Ada Moss (Host)", "Ada Moss", "ADA MOSS", "Dr. Ada Moss"], ["Ada Moss"] * 4),
        (["Ada", "Ada Moss", "Bo"], ["Ada Moss", "Ada Moss", "Bo"]),
        (["Bo van der Berg, Mayor", "Bo van der Berg"], ["Bo van der Berg"] * 2),
        (["Nadia Ferow", *["Nadia Ferrow"] * 9], ["Nadia Ferrow"] * 10),
        (["Ada Moss", "Ada Moss", "AM"], ["Ada Moss"] * 3),
        (["Ms. ADA MOSS (Author, Oslo)", "Ms. MOSS"], ["Ms. ADA MOSS"] * 2),
        (["DR. ADA MOSS, BBC (voice-over)", "MOSS (on camera)"], ["DR. ADA MOSS"] * 2),
    ],
)
def test_spellings_of_one_name_are_joined(labels: list[str], names: list[str]) -> None:
    found = speakers_of(labels)
    assert [found[label].name for label in labels] == names


@pytest.mark.parametrize(
    "labels",
    [
        ["Bo Lind", "Bo Moss", "Bo"],
        ["Speaker 1", "Speaker 2", "Speaker 11"],
        ["Anna Lind", "Anne Lind", "Anna Lind", "Anne Lind"],
        ["SPEAKER_00", "SPEAKER_01"],
        ["Interviewer", "Interviewee"],
        ["A", "Ada Berg"],
        ["Q", "A"],
        ["Speaker (male)", "Speaker (female)"],
    ],
)
def test_names_that_may_be_two_peoples_stay_apart(labels: list[str]) -> None:
    assert [speaker.name for speaker in speakers_of(labels).values()] == list(dict.fromkeys(labels))


def test_a_label_may_say_who_is_the_host() -> None:
    found = speakers_of(["NEAL MOSS, HOST", "NEAL MOSS", "Ada Lind (guest)", "Ada Lind", "Interviewer", "Zoe"])
    assert found["NEAL MOSS"] == Speaker("NEAL MOSS", "host")
    assert found["Ada Lind"] == Speaker("Ada Lind", "guest")
    assert found["Interviewer"] == Speaker("Interviewer", "host")
    assert found["Zoe"] == Speaker("Zoe", None)


def test_a_transcript_has_one_name_for_each_speaker() -> None:
    text = "NEAL MOSS, HOST: Good evening.\nADA LIND: Hello.\nMOSS: How are you?\nLIND: Well.\nMOSS: Now?\nLIND: So.\n"
    transcript = read_transcript(text.encode(), "a.txt")
    assert [segment.speaker for segment in transcript.segments] == ["NEAL MOSS", "ADA LIND"] * 3
    assert transcript.metadata.hosts == ("NEAL MOSS",)


ASKED = "Ada Moss: How are you?\nBo Lind: Well, and full of soup.\n"


def test_the_asker_is_the_host_and_the_answerer_the_guest() -> None:
    metadata = read_transcript((ASKED * 4).encode(), "a.txt").metadata
    assert (metadata.hosts, metadata.guests) == (("Ada Moss",), ("Bo Lind",))


@pytest.mark.parametrize(
    "text",
    [
        ASKED,  # one question proves nothing
        ASKED.replace("soup.", "soup, and you?") * 4,
        ASKED.replace("Ada Moss", "Speaker 1").replace("Bo Lind", "Speaker 2") * 4,
    ],
)
def test_where_one_cannot_tell_nobody_is_host_or_guest(text: str) -> None:
    metadata = read_transcript(text.encode(), "a.txt").metadata
    assert (metadata.hosts, metadata.guests) == ((), ())
