"""Who asks and who answers, in text with labels, with marks, and with neither."""

import time

import pytest

from index.reading.reader import read_transcript
from index.splitting.exchanges import Exchange, Sentence, exchanges, turn_sentences, turn_spans
from index.types import Segment, Span, Transcript


def found(transcript: Transcript) -> tuple[list[Sentence], list[Exchange]]:
    text = transcript.text
    sentences = [
        Sentence(span, len(text[slice(*span)].split()), 1, asks, turn)
        for turn, span, asks in turn_sentences(transcript)
    ]
    return sentences, exchanges(sentences, [speaker for speaker, _ in turn_spans(transcript)])


def pairs(transcript: Transcript | str) -> list[tuple[str, str]]:
    """Return (what was asked, what follows it) of each exchange in which something is asked."""
    if isinstance(transcript, str):
        transcript = read_transcript(transcript.encode(), "a.txt")
    sentences, cut = found(transcript)
    spans = [sentence.span for sentence in sentences]
    return [
        (
            transcript.text[spans[e.asked.start].start : spans[e.asked.end - 1].end],
            transcript.text[spans[e.asked.end - 1].end : spans[e.end - 1].end].strip(),
        )
        for e in cut
        if e.asked
    ]


def test_captions_without_any_mark_are_heard() -> None:
    text = (
        "we are down by the harbour today so what got you into boats well my aunt had a dory and she let me row it out"
        " past the light whenever the wind was kind and that's what I tell people you know what I mean and how long did"
        " you row her oh until the winter she sank tell us about the winter my hands froze to the oars and nobody came"
    )
    assert [asked for asked, _ in pairs(text)] == [
        "so what got you into boats",
        "and how long did you row her",
        "tell us about the winter",
    ]
    assert pairs(text)[2][1].startswith("my hands froze")


def test_an_article_read_aloud_asks_nothing() -> None:
    text = "the harbour is what the town was built on and how it grew is what are called the tar years " * 20
    assert pairs(text) == []


RAPID = (
    "How old is the boat? ninety favorite part of the harbour Fog horn describe the sea in one word grey what do you"
    " fear Worms? Do you miss the dory? the last one yes what's your lucky knot. Do you use it? daily name one sailor"
    " you admire I admire my aunt Last thing you mended My coat What is fog? water"
)


def test_rapid_questions_keep_their_short_answers() -> None:
    assert pairs(RAPID) == [
        ("How old is the boat?", "ninety"),
        ("favorite part of the harbour", "Fog horn"),
        ("describe the sea in one word", "grey"),
        ("what do you fear", "Worms?"),
        ("Do you miss the dory?", "the last one yes"),
        ("what's your lucky knot. Do you use it?", "daily"),
        ("name one sailor you admire", "I admire my aunt"),
        ("Last thing you mended", "My coat"),
        ("What is fog?", "water"),
    ]


def test_a_question_and_its_restatement_are_one() -> None:
    text = f"{RAPID} Is there a boat that you would never sail? Is it rude to say the ferry? so be it"
    assert pairs(text)[-1][0] == "Is there a boat that you would never sail? Is it rude to say the ferry?"


def test_a_bare_text_that_somebody_typed_keeps_its_rhetorical_questions_in_the_answer() -> None:
    text = (
        "How did you learn to caulk? By hand. Who are we to hurry? So I was like, what does the tar want? It was oak,"
        " right? Your tools came later. Tell me about your mallet. It was my aunt's."
    )
    assert [asked for asked, _ in pairs(text)] == ["How did you learn to caulk?", "Tell me about your mallet."]


def test_a_request_opens_an_exchange_where_somebody_else_goes_on() -> None:
    text = (
        "Ada: Tell me about the dory.\nBo: She leaked. Describe your boat and I'll say why.\nAda: I see.\nBo: Good.\n"
    )
    assert pairs(text)[0][0] == "Tell me about the dory."
    # The last words of all are left to nobody.
    assert pairs("Ada: She leaked.\nBo: Yes.\nAda: Fine.\nBo: Tell me about the dory.\n") == []


def test_marks_of_captions_are_borders_of_turns() -> None:
    text = (
        ">> Welcome. Where did you grow up? I mean the early years. >> On the river. And why there? Because my aunt had"
        " the ferry, and the ferry had a stove, and in that town in those days a stove was all that anybody could ever"
        " wish for in winter, you see. >> And then?"
    )
    assert [asked for asked, _ in pairs(text)] == ["Where did you grow up? I mean the early years."]
    assert pairs("- Where did you grow up?\n- On the river, mostly.\n")[0][1] == "- On the river, mostly."


def test_a_murmur_parts_no_answer() -> None:
    story = "The ferry had a stove, and we slept beside it until the ice went out in spring. " * 3
    text = (
        f"Ada: Where was that?\nBo: On the river. And why?\nAda: I see.\nBo: {story}\nAda: Mm-hmm. Right.\nBo: {story}"
    )
    transcript = read_transcript(text.encode(), "a.txt")
    assert [speaker for speaker, _ in turn_spans(transcript)] == ["Ada", "Bo", "Ada", "Bo"]
    assert all("\n" not in transcript.text[slice(*span)] for _, span, _ in turn_sentences(transcript))


def test_a_word_that_answers_is_no_murmur() -> None:
    transcript = read_transcript(b"Ada: Was she old?\nBo: Yeah.\nAda: And slow?\nBo: Yes.\n", "a.txt")
    assert len(turn_spans(transcript)) == 4


@pytest.mark.parametrize("murmur", ["Wow, is that right?", "Oh yeah, really?", "Okay. You know what I mean?"])
def test_a_reaction_opens_nothing(murmur: str) -> None:
    text = f"Ada: How old is the boat?\nBo: Ninety.\nAda: {murmur}\nBo: Ninety-one in June.\n"
    assert [asked for asked, _ in pairs(text)] == ["How old is the boat?"]


def test_a_pause_ends_a_sentence_where_nothing_else_does() -> None:
    cues = [("you row and you rest and you row", 0, 4), ("then you see the light", 9, 12), ("and you row", 12, 14)]
    transcript = Transcript.of("a", [Segment(words, 0, 0, None, start, end) for words, start, end in cues * 4])
    said = [transcript.text[slice(*span)] for _, span, _ in turn_sentences(transcript)]
    assert "then you see the light\nand you row\nyou row and you rest and you row" in said


@pytest.mark.parametrize("unit", [" ", ".", "? a", "you ", "what ", "if you could ", "so and ", "Last A ", ">> "])
def test_a_long_text_takes_time_in_proportion(unit: str) -> None:
    text = "do you " + unit * (300_000 // len(unit)) + " you"
    started = time.perf_counter()
    turn_sentences(Transcript.of("a", [Segment(text, 0, len(text))]))
    assert time.perf_counter() - started < 10


def test_sentences_hold_every_word_in_order() -> None:
    text = f"{RAPID}\n\n>> And then? >> Well. {RAPID}"
    transcript = Transcript.of("a", [Segment(text, 0, len(text))])
    spans = [span for _, span, _ in turn_sentences(transcript)]
    assert [word for span in spans for word in text[slice(*span)].split()] == text.split()
    assert all(isinstance(span, Span) for span in spans)
