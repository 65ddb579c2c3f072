"""One interview in every format: each sample says the same words, at the same times, by the same people."""

import json
import re

import pytest

from helpers.interview import FOLDER, GUEST, HOST, SAMPLES, TURNS, sample
from helpers.library import cli
from index.reading.decoding import decode
from index.reading.reader import READERS
from index.types import Transcript

# What labels say in place of the names: machines number the speakers, and researchers write letters.
CALLED = {
    "assemblyai.json": {HOST: "Speaker A", GUEST: "Speaker B"},
    "aws.json": {HOST: "Speaker 0", GUEST: "Speaker 1"},
    "deepgram.json": {HOST: "Speaker 0", GUEST: "Speaker 1"},
    "f4.txt": {HOST: "I", GUEST: "B"},
    "speechmatics.json": {HOST: "S1", GUEST: "S2"},
    "whisperx.json": {HOST: "SPEAKER_00", GUEST: "SPEAKER_01"},
}
# What is read by no other: any JSON in which something is said, and any text.
CATCH_ALLS = {"records", "plain"}

WITHOUT_SPEAKERS = {
    "captions-str.txt",
    "captions.sbv",
    "pasted-captions.txt",
    "plain.txt",
    "whisper.json",
    "whisper.tsv",
    "whispercpp.json",
    "youtube.json",
    "youtube.json3",
    "youtube-rolling.en.vtt",
}
WITHOUT_TIMES = {"meet.txt", "page.html", "plain.txt", "script.txt", "turns.odt", "turns.rtf"}

# Two questions with different answers, and the turn that answers.
ASKED = {
    "How did she learn to hear an unhappy piano?": TURNS[3],
    "How long was the ferry's upright under water?": TURNS[9],
    "What is the spoon for?": TURNS[13],
}


def words(text: str) -> list[str]:
    return [word for word in text.split() if not word.startswith("[")]


def spoken(transcript: Transcript) -> list[tuple[str, str | None, int]]:
    """Return (word, speaker, offset) of what was said; where people are named, what nobody says is a heading."""
    has_names = any(segment.speaker for segment in transcript.segments)
    return [
        (match.group(), segment.speaker, offset + match.start())
        for segment, offset in zip(transcript.segments, transcript.offsets, strict=True)
        if segment.speaker or not has_names
        for match in re.finditer(r"(?<!\S)[^\s\[]\S*", segment.text)
    ]


def test_every_reader_has_a_sample_that_it_alone_recognises() -> None:
    recognised: dict[str, list[str]] = {name: [] for name in READERS}
    for path in SAMPLES.values():
        text = decode(path.read_bytes(), path.name)
        readers = [name for name, reader in READERS.items() if reader.sniff(text)]
        sure = [name for name in readers if name not in CATCH_ALLS]
        assert len(sure) <= 1, f"{path.name} is taken for {sure}"
        recognised[readers[0]].append(path.name)
    missing = [name for name, samples in recognised.items() if not samples]
    assert not missing, f"no sample in tests/transcripts for the reader {missing}"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_says_what_was_said_word_for_word(name: str) -> None:
    assert [word for word, _, _ in spoken(sample(name))] == [word for turn in TURNS for word in words(turn.text)]


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - WITHOUT_SPEAKERS))
def test_every_word_has_its_speaker(name: str) -> None:
    called = CALLED.get(name, {HOST: HOST, GUEST: GUEST})
    found = [(word, speaker) for word, speaker, _ in spoken(sample(name))]
    assert found == [(word, called[turn.speaker]) for turn in TURNS for word in words(turn.text)]


@pytest.mark.parametrize("name", sorted(WITHOUT_SPEAKERS))
def test_nobody_is_invented(name: str) -> None:
    assert {segment.speaker for segment in sample(name).segments} == {None}


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - WITHOUT_TIMES))
def test_every_turn_has_its_time(name: str) -> None:
    transcript = sample(name)
    offsets = [offset for _, _, offset in spoken(transcript)]
    # Times stand at the end of a turn there: when the first one begins, nobody wrote.
    for row, turn in enumerate(TURNS):
        begins = transcript.time_at(offsets[sum(len(words(earlier.text)) for earlier in TURNS[:row])])
        if name != "f4.txt" or row > 0:
            assert begins is not None
            assert abs(begins[0] - turn.start_s) <= 1


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Build one index of all samples with the command line, and ask each sample all questions."""
    folder = tmp_path_factory.mktemp("formats")
    built = cli("build", FOLDER, cwd=folder)
    assert built.returncode == 0, built.stderr
    asked = [
        {"id": f"{name} {row}", "question": question, "transcripts": [name]}
        for name in SAMPLES
        for row, question in enumerate(ASKED)
    ]
    found = cli("ask", "--batch", "--top-k", "1", cwd=folder, stdin="\n".join(map(json.dumps, asked)))
    assert found.returncode == 0, found.stderr
    return {answer["id"]: answer["passages"][0] for answer in map(json.loads, found.stdout.splitlines())}


@pytest.mark.parametrize("name", SAMPLES)
def test_asking_finds_the_passage_with_its_time_and_its_speaker(
    name: str, answers: dict[str, dict[str, object]]
) -> None:
    for row, turn in enumerate(ASKED.values()):
        passage = answers[f"{name} {row}"]
        said = " ".join(words(str(passage["text"])))
        assert turn.text[:60] in said, said
        called = None if name in WITHOUT_SPEAKERS else CALLED.get(name, {GUEST: GUEST})[GUEST]
        assert passage.get("speaker") == called
        if name not in WITHOUT_TIMES:
            opening = next(t for t in TURNS if said.startswith(t.text[:20]))
            assert abs(float(str(passage["start_s"])) - opening.start_s) <= 1
