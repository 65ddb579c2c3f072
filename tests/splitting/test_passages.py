"""Cutting: sentences, exchanges, passages and their windows."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from index.embedding.embedder import Embedder
from index.reading.reader import read_transcript
from index.samples import SAMPLES
from index.splitting.passages import MOST_TIMES_ORDINARY, PASSAGE_WORDS, make_passages, whole_text
from index.splitting.windows import window_spans
from index.text.non_speech import blank_non_speech
from index.text.sentences import BREATH_WORDS, LONGEST_WORDS, sentence_spans
from index.types import Transcript

LONG_ANSWER = " ".join(f"Then came year {number}, and the boat leaked a little more." for number in range(40))


def passages(text: str, max_pieces: int = 254) -> list[tuple[str | None, str]]:
    """Return (what was asked, the passage's words) of each passage, a word being a word piece."""
    transcript = read_transcript(text.encode(), "a.txt")
    found = make_passages(transcript, lambda texts: [len(t.split()) for t in texts], max_pieces)
    cut = transcript.text
    return [(cut[slice(*p.question)] if p.question else None, cut[slice(*p.span)]) for p in found]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("Dr. Hooper met Prof. J. Lee. They spoke.", ["Dr. Hooper met Prof. J. Lee.", "They spoke."]),
        ('He said "no." Then "Why?" Yes.', ['He said "no."', 'Then "Why?"', "Yes."]),
        ("It cost 3.50 and then some", ["It cost 3.50 and then some"]),
        ("No end\n\nNew paragraph", ["No end", "New paragraph"]),
        ("wait... what", ["wait...", "what"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: list[str]) -> None:
    assert [text[slice(*span)] for span in sentence_spans(text)] == sentences


def test_captions_without_punctuation_are_cut_into_breaths() -> None:
    text = "we went down to the river and it was cold so we lit a fire because nobody had a coat " * 12
    spans = sentence_spans(text)
    assert max(len(text[slice(*span)].split()) for span in spans) < BREATH_WORDS.stop
    assert [word for span in spans for word in text[slice(*span)].split()] == text.split()
    assert {text[slice(*span)].split(maxsplit=1)[0] for span in spans} <= {"we", "and", "so", "because"}


def test_a_long_sentence_of_a_typist_stays_whole() -> None:
    text = "word " * (LONGEST_WORDS - 1) + "end."
    assert [text[slice(*span)] for span in sentence_spans(text)] == [text]


def test_a_question_stays_with_its_answer() -> None:
    text = "Welcome back to the show.\nHow old is the boat?\nNinety.\nAnd who built her?\nMy aunt."
    assert passages(text) == [
        (None, "Welcome back to the show."),
        ("How old is the boat?", "How old is the boat?\nNinety."),
        ("And who built her?", "And who built her?\nMy aunt."),
    ]


def test_a_question_of_a_word_or_two_parts_nothing() -> None:
    text = "How old is the boat?\nNinety.\nIs that right?\nYes.\nReally?\nNinety-one in June."
    assert [question for question, _ in passages(text)] == ["How old is the boat?"]


def test_questions_are_found_where_captions_run_into_them() -> None:
    # Small letters after question marks tell that nobody typed this.
    text = (
        "How old is the boat? ninety what website. Do you look at most? the weather Yeah, what's one thing you fear?"
        " fog would you ever sell her? Absolutely, what is the best month to sail? may I think"
        " it was always so and nobody ever asked me for the reason? Where do you go next? north"
    )
    assert [question for question, _ in passages(text)] == [
        "How old is the boat?",
        "what website. Do you look at most?",
        "what's one thing you fear?",
        "would you ever sell her?",
        "what is the best month to sail?",
        "Where do you go next?",
    ]
    assert [words for _, words in passages(text)][3] == "would you ever sell her? Absolutely,"


def test_a_typed_question_keeps_the_clause_before_it() -> None:
    text = "After it failed and you were broke, what did you do? I slept. And then, what's more, did you dream? Yes."
    assert [question for question, _ in passages(text)] == [
        "After it failed and you were broke, what did you do?",
        "And then, what's more, did you dream?",
    ]


def test_each_part_of_a_long_answer_carries_its_question() -> None:
    found = passages(f"How was the boat? {LONG_ANSWER}")
    assert len(found) > 3
    assert {question for question, _ in found} == {"How was the boat?"}
    assert found[0][1].startswith("How was the boat? Then came year 0")
    assert all(len(words.split()) <= 1.5 * PASSAGE_WORDS for _, words in found)


def test_a_question_that_its_speaker_answers_opens_no_exchange() -> None:
    speech = "And why did I stay? " + "Because the sea was there every morning and I had nowhere better to be. " * 4
    text = f"Ada: What did you do then?\nBo: {speech}\nAda: I see.\nBo: Yes.\n"
    assert {question for question, _ in passages(text)} == {"What did you do then?"}


def test_what_the_asker_adds_belongs_to_the_question_and_a_question_in_reply_to_the_answer() -> None:
    text = "Ada: Why do you go there yourself? A drone could do it.\nBo: Would you send a drone? It cannot knock.\n"
    ((question, words),) = passages(f"{text}Ada: I see.\nBo: Yes.\n")
    assert question == "Why do you go there yourself? A drone could do it."
    assert words.startswith(f"{question}\nWould you send a drone? It cannot knock.")


@pytest.mark.parametrize("max_pieces", [24, 60, 254])
def test_nothing_is_much_longer_than_the_model_reads(max_pieces: int) -> None:
    def pieces(texts: Sequence[str]) -> list[int]:
        return [len("".join(text.split())) for text in texts]  # every character a piece: the worst there is

    text = f"{'Why ' * 30}is that? {LONG_ANSWER} {'endless' * 90}. 東京の駅で待っていました。" + "話" * 300
    transcript = read_transcript(text.encode(), "a.txt")
    found = make_passages(transcript, pieces, max_pieces)
    texts = [whole_text(transcript.text, passage.span, passage.question) for passage in found]
    assert max(pieces(texts)) <= max_pieces * MOST_TIMES_ORDINARY


def test_the_samples_are_never_cut_off_by_the_real_model(embedder: Embedder) -> None:
    for transcript in samples():
        found = make_passages(transcript, embedder.count_pieces, embedder.max_pieces)
        texts = [whole_text(transcript.text, passage.span, passage.question) for passage in found]
        assert max(embedder.count_pieces(texts)) <= embedder.max_pieces == 254


def test_passages_together_hold_every_word_in_its_order(embedder: Embedder) -> None:
    for transcript in samples():
        found = make_passages(transcript, embedder.count_pieces, embedder.max_pieces)
        words = [word for passage in found for word in transcript.text[slice(*passage.span)].split()]
        assert words == transcript.text.split()


def test_windows_together_hold_every_word_of_their_passage(embedder: Embedder) -> None:
    for transcript in samples():
        said = blank_non_speech(transcript.text)
        for passage in make_passages(transcript, embedder.count_pieces, embedder.max_pieces):
            windows = window_spans(transcript.text, passage.sentences)
            start, end = windows[0].start, windows[-1].end
            assert said[passage.span.start : passage.span.end].split() == said[start:end].split()
            assert all(not said[before.end : after.start].strip() for before, after in pairwise(windows))


def test_real_interviews_keep_every_word(shared: Path, embedder: Embedder) -> None:
    for path in (shared / "interviews").glob("*.txt"):
        transcript = read_transcript(path.read_bytes(), path.name)
        found = make_passages(transcript, embedder.count_pieces, embedder.max_pieces)
        words = [word for passage in found for word in transcript.text[slice(*passage.span)].split()]
        assert words == path.read_text(encoding="utf-8").split()


@pytest.mark.parametrize(
    "text",
    [
        "word " * 400_000,
        "word" + "." * 400_000 + "word",
        "".join(f"Name{number}: hello there\n" for number in range(20_000)),
        "?" * 100_000,
        "\n" * 200_000 + "word",
    ],
    ids=["no punctuation", "dots", "labels", "question marks", "empty lines"],
)
def test_a_long_text_takes_time_in_proportion(text: str) -> None:
    # Each of these took over a minute while some step was quadratic.
    if text.strip("?"):
        transcript = read_transcript(text.encode(), "a.txt")
        assert len(sentence_spans(transcript.text)) > 0


def test_a_text_without_spaces_is_cut_into_passages_of_a_screen(embedder: Embedder) -> None:
    for text in ("ฉันอยู่ที่นี่มานานแล้ว" * 400, "我们在那里住了很久。你为什么留下来？因为没有别的地方。" * 90):
        transcript = read_transcript(text.encode(), "a.txt")
        found = make_passages(transcript, embedder.count_pieces, embedder.max_pieces)
        assert "".join(transcript.text[slice(*p.span)] for p in found) == text
        assert max(p.span.end - p.span.start for p in found) <= 2500
    assert transcript.text[slice(*(found[-1].question or ()))] == "你为什么留下来？"


def test_words_that_had_to_be_cut_never_make_a_passage_too_long(embedder: Embedder) -> None:
    random = Random(4)
    for _ in range(60):
        words = ["".join(random.choices("0123456789abcdef", k=random.randint(40, 110))) for _ in range(60)]
        transcript = read_transcript(f"What is that? {' '.join(words)}".encode(), "a.txt")
        found = make_passages(transcript, embedder.count_pieces, embedder.max_pieces)
        texts = [whole_text(transcript.text, passage.span, passage.question) for passage in found]
        assert max(embedder.count_pieces(texts)) <= embedder.max_pieces * MOST_TIMES_ORDINARY


def samples() -> list[Transcript]:
    return [read_transcript(path.read_bytes(), path.name) for path in sorted(SAMPLES.glob("*.txt"))]


def test_a_script_that_the_model_spells_by_letters_has_passages_as_long(embedder: Embedder) -> None:
    text = " ".join(f"في عام {year} ذهبنا إلى القرية القديمة وسألنا الناس عن البئر." for year in range(1900, 1960))
    transcript = read_transcript(text.encode(), "a.txt")
    found = make_passages(transcript, embedder.count_pieces, embedder.max_pieces)
    counts = [len(transcript.text[slice(*passage.span)].split()) for passage in found]
    assert min(counts) > PASSAGE_WORDS / 2
