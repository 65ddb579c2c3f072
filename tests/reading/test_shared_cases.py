"""Small real-world inputs that lie beside the project, each with what is right: speakers, words, times, refusals."""

from itertools import groupby
from pathlib import Path

import pytest

from helpers.library import SHARED
from index.reading.reader import read_transcript

CASES = SHARED / "cases"

# File -> speakers in order of turns, the first words, the first time, the last time.
EXPECTED: dict[str, tuple[list[str | None], str, float | None, float | None]] = {
    "01-srt-labels-at-changes.srt": (
        ["Odile", "Benedek", "Odile", "Benedek"],
        "A dye house keeps",
        0.24,
        23.18,
    ),
    "03-name-table-spk.json": (["Tove", "Anselm", "Tove"], "Good morning, and", 0.0, 16.5),
    "08-table-hms-letters.html": ([None], "so this is the second", 0.0, 3729.0),
    "21a-question-headings.html": (
        [None, "Ingram Sello", "Dora Finch", None, "Ingram Sello", "Dora Finch", None, "Ingram Sello"],
        "Five questions",
        None,
        None,
    ),
    "24-vtt-pasted-in-word.docx": (["Dagny Ottosen", "Rafi Benchley", "Dagny Ottosen"], "Bring the lamp", 13.28, 47.12),
    "30-revai-tags.json": (["Interviewer", "Interviewee"], "Who lit the lamps before [crosstalk] you?", 1.0, 20.9),
    "tables/table.docx": (["I", "R1", "I", "R1", "R2"], "How did you come", 4.0, 31.0),
    "teams_spelled_times/teams_minutes.txt": (
        [None, *["Lena Brandt", "Oskar Dahl"] * 3],
        "Parts inspection",
        None,
        3729.0,
    ),
    "teams_spelled_times/compost_minutes.txt": (["Lena Brandt", "Oskar Dahl"] * 3, "Thanks for making", 4.0, 3729.0),
    "13a-zoom-saved-captions.txt": (
        [
            "Dagny Ottosen",
            "Rafi Benchley",
            "Dagny Ottosen",
            "Rafi Benchley",
            "Sun-hi Park",
            "Dagny Ottosen",
            "Sun-hi Park",
        ],
        "Mm, about the",
        None,
        None,
    ),
    "13b-zoom-saved-captions-ja.txt": (
        ["弓削 千早", "minoru", "弓削 千早", "minoru", "弓削 千早", "大槻清", "弓削 千早", "minoru", "大槻清"],
        "ええ、その木は",
        None,
        None,
    ),
    "14-bracketed-name-range.docx": (
        [None, "Chercheur", "Enquêtée", "Chercheur", "Enquêtée", "Chercheur"],
        "Entretien 02",
        None,
        3804.0,
    ),
    "15a-hindi.txt": (["साक्षात्कारकर्ता", "प्रतिभागी"] * 3, "अच्छा", None, None),
    "15d-thai.txt": (["ผู้สัมภาษณ์", "คุณมาลี"] * 3, "ช่วย", None, None),
    "16a-subject-label.docx": (["PENHALE", "SUBJECT"] * 3, "The machine is running", 1.0, 52.0),
    "16c-participants-label.txt": (
        ["MODERATOR", "PARTICIPANTS", "MODERATOR", "PARTICIPANT 1", "PARTICIPANT 2", "MODERATOR", "PARTICIPANTS"],
        "Let us begin",
        None,
        None,
    ),
    "17-time-before-bold-name.txt": (["Numbat", "Perrin", "Numbat", "Perrin"], "Is the picture", 11.0, 3725.0),
    "19-zoom-lower-case-names.vtt": (
        [
            "Mirela Anton",
            "nandini ray",
            "Mirela Anton",
            "nandini ray",
            "tomas W",
            "Odette F",
            "nandini ray",
            "Odette F",
            "tomas W",
        ],
        "Hi, can you hear",
        16.9,
        46.0,
    ),
    "20b-start-of-film-labelled.txt": (
        [None, "Edda Crane", "Lorcan Vey", "Edda Crane", "Lorcan Vey", "Edda Crane", "Lorcan Vey"],
        "** Start of Film 1",
        None,
        130.0,
    ),
    "bracket_labels_with_times/br9.txt": (["SPEAKER_00", "SPEAKER_01"] * 2, "We should begin", 3.0, 24.0),
    "bracket_labels_with_times/steno.txt": (["You", "Others"] * 2, "How did the strike", 3.0, 15.0),
    "sparse_times/sparse_times.txt": (
        ["Ada", "Bo", "Ada", "Bo", "Ada", "Bo", "Ada", "Bo", "Ada"],
        "Good morning",
        0.0,
        340.0,
    ),
    "teams_spelled_times/teams_alone.txt": (["Lena Brandt", "Oskar Dahl"] * 3, "Thanks for making", 4.0, 3729.0),
    "zoom_display_names/zoom_lowercase.vtt": (
        [*["Marie Trembley", "controller"] * 6, "Marie Trembley"],
        "Thanks for joining",
        4.0,
        95.0,
    ),
    "11a-csv-timestamp-speaker-words-tags.csv": (
        [None, "NP", "HV", "NP", "HV", "NP", "HV", "NP", "HV"],
        "(Talk about",
        None,
        4245.0,
    ),
    "11b-csv-speaker-first-blank-goes-on.csv": (
        ["Corwin Maas", "Philippa Drew", "Corwin Maas", "Philippa Drew"],
        "This is the reading",
        0.0,
        3728.0,
    ),
    "12a-apple-podcasts.ttml": (
        ["SPEAKER_1", "SPEAKER_2", "SPEAKER_1", "SPEAKER_2"],
        "The ledger lies open at April. It",
        4.5,
        62.87,
    ),
    "22a-srt-last-end-zero.srt": ([None], "so that was the year", 3182.15, 3198.95),
    "22b-vtt-one-cue-backwards.vtt": (
        ["Ottilie Marsh", "Piers Adeyemi", "Ottilie Marsh", "Piers Adeyemi", "Ottilie Marsh", "Piers Adeyemi"],
        "We had one oar",
        1.0,
        17.7,
    ),
    "23a-tsv-index-header-empty-cells.tsv": (
        ["Edwina", "Interviewer", "Edwina", "Interviewer", "Edwina", "Interviewer", "Edwina"],
        "They gave me shoes",
        None,
        621.0,
    ),
    "25a-ass-name-field.ass": (["Hester Lund", "Aurelio Banks", "Hester Lund"], "Who hung a clock in a", 1.0, 3725.0),
    "25b-ass-label-in-text.ass": (
        ["HESTER LUND", "AURELIO BANKS", "HESTER LUND", "AURELIO BANKS"],
        "Mind your heads",
        780.76,
        795.08,
    ),
    "25d-ssa.ssa": (["Hester Lund", "Aurelio Banks", "Hester Lund"], "Who hung a clock", 1.0, 8.0),
    "26a-csv-semicolon-de.csv": (["INT", "TB", "INT", "TB"], "Das Band läuft, es ist", 5.0, 3734.17),
    "31a-ohms-transcript-sync.xml": (
        ["STROUD", "LAMB", "STROUD", "LAMB", "STROUD", "LAMB"],
        "Verity Lamb and I are",
        0.0,
        120.0,
    ),
    "31c-elan.eaf": (["Solveig", "Bertil", "Solveig"], "Who built the weir?", 0.61, 9.355),
    "31d-two-tiers.TextGrid": (["Doctor", "Patient", "Doctor"], "Good morning. What brings you", 0.0, 12.8),
    "31f-transcriber.trs": (["Jürgen Mohn", "Elke Strand", "Jürgen Mohn"], "Und, Elke, hast du", 0.0, 4659.62),
    "31g-chat.cha": (["Ruth", "Amos", "Ruth"], "when did the ferry stop ?", 1.04, 3725.5),
    "31i-podlove.xml": (["Nele Hartig", "Quirin Aal", None], 'Good evening from "The Tin Barn".', 0.82, 3745.1),
    "31j-rtf.rtf": ([None, "PRYCE", "LATOUR", "PRYCE", "LATOUR"], "Interview with Zoë Latour", None, None),
    "31k-odt.odt": ([None, "PRYCE", "LATOUR", "PRYCE", "LATOUR"], "Interview with Zoë Latour", None, None),
    "31l-chat-no-times.cha": (["Ruth", "Amos", "Ruth", "Amos"], "so you walked over ?", None, None),
    "32a-python-repr.txt": ([None], "so the baker had two clocks and it", 0.0, 3726.9),
    "32b-python-repr.json": ([None], "who wound them I don't know", 0.0, 5.0),
    "arrow_in_speech/arrow.srt": ([None], "We kept the alarm log in a tin. The flow goes tin --> drawer.", 1.0, 12.0),
    "arrow_in_speech/onyx_ids.vtt": (["Ada", "Bo", "Ada", "Bo"], "We kept the alarm log", 1.0, 16.0),
    "duplicate_cues/dup_plain.vtt": ([None], "We are locked inside this salt mine for the next", 0.0, 7.0),
    "markup_as_speech/x.ass": (["Ada", "Bo"], "When did it burn?", 1.0, 9.0),
    "tables/premiere.csv": (
        ["Sprecher 1", "Sprecher 2", "Sprecher 1", "Sprecher 2"],
        "How did you decide to leave",
        0.48,
        52.08,
    ),
    "tables/rezonator.txt": (["ADA", "BO", "ADA", "BO"], "How did the strike begin?", 0.0, 17.3),
    "tables/tabs_times.txt": (["ADA", "BO", "ADA", "BO"], "How did the strike begin?", 0.0, 17.0),
    "tables/vizscribe.csv": (["Ada Moss", "Bo Lind", "Ada Moss", "Bo Lind"], "How did the strike begin?", 1.5, 19.0),
    "tables/wcpp.csv": (["0", "1", "0"], "Then the bakery had a second oven", 0.0, 14.3),
    "webvtt_lower.vtt": ([None], "The bakery opened at three and we", 0.0, 6.0),
}


@pytest.mark.skipif(not CASES.is_dir(), reason="needs the cases in ../shared, which are not part of the project")
@pytest.mark.parametrize("name", EXPECTED)
def test_a_case_is_read_as_it_is_meant(name: str) -> None:
    path = CASES / Path(name)
    transcript = read_transcript(path.read_bytes(), path.name)
    speakers, opening, first_s, last_s = EXPECTED[name]
    turns = [speaker for speaker, _ in groupby(segment.speaker for segment in transcript.segments)]
    assert turns == speakers
    assert transcript.text.startswith(opening)
    assert transcript.segments[0].start_s == first_s
    assert max((mark.start_s for mark in transcript.times), default=None) == last_s
