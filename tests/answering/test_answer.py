"""Asking: the right passage, what answers in it, where it stands, and when nothing does."""

import json
from pathlib import Path
from random import Random

import pytest

from helpers.library import build_index, put
from index.building.build import build
from index.embedding.embedder import Embedder
from index.errors import InterviewQAError, ModelError
from index.samples import SAMPLES
from index.storage.database import Database
from qa.answering.answer import CitedPassage, answer
from qa.answering.library import Library
from qa.evaluation.evaluate import evaluate
from qa.question.name_steering import find_names, rewrite_names_as_you
from qa.question.spelling import corrected
from qa.question.words import content_words
from qa.ranking.no_answer import OFF_TOPIC, fit_thresholds
from qa.render.export import chat_as_json, chat_as_markdown, quote
from qa.render.render import as_html, as_json, as_text

SCRIPT = (
    "[00:00:10] Ada: How old is the boat?\n"
    "[00:00:12] Bo: My aunt built her in the shed behind the cannery, so she must be ninety.\n"
    "[00:00:40] Ada: And what do you eat out there at sea?\n"
    "[00:00:44] Bo: Crackers. The stove went over the side in a storm off the cape.\n"
    "[00:01:00] Ada: Would you ever sell her?\n"
    "[00:01:03] Bo: No.\n"
)


@pytest.fixture
def boat(tmp_path: Path) -> Library:
    build_index(
        {"boat.txt": SCRIPT, "cave.txt": "What was in the cave? A lamp from 1911, still half full of oil."},
        tmp_path / "i",
    )
    return Library(tmp_path / "i")


def highlighted(passage: CitedPassage) -> str:
    return " ".join(passage.text[slice(*span)].strip() for span in passage.highlight)


def test_the_passage_that_answers_comes_first_with_its_question_speaker_and_time(boat: Library) -> None:
    best = answer(boat, "what food is there on the boat").passages[0]
    assert best.question == "And what do you eat out there at sea?"
    assert best.text.endswith("Crackers. The stove went over the side in a storm off the cape.")
    assert (best.transcript, best.speaker, best.start_s, best.end_s) == ("boat.txt", "Bo", 40.0, 60.0)
    assert best.time_is_exact


def test_what_is_highlighted_is_the_answer_and_not_the_question(boat: Library) -> None:
    best = answer(boat, "Would you ever sell her?").passages[0]
    assert highlighted(best) == "No."


def test_what_is_highlighted_is_of_one_speaker(library: Library) -> None:
    best = answer(library, "castor oil").passages[0]
    assert best.speaker == "Yuki Arnalds"
    assert "filled that up with castor oil" in highlighted(best)
    assert "So you went and bought a hydrophone" not in highlighted(best)


def test_what_is_highlighted_is_not_what_the_host_says_back(tmp_path: Path) -> None:
    said = "Ada: How often did the boat sink?\nBo: Twice.\nAda: Only twice, then, in all of that time?\nBo: Twice.\n"
    build_index({"boat.txt": said}, tmp_path / "i")
    best = answer(Library(tmp_path / "i"), "How often did the boat sink?").passages[0]
    assert (highlighted(best), best.speaker) == ("Twice.", "Bo")


def test_offsets_point_into_the_file(boat: Library) -> None:
    best = answer(boat, "what was found in the cave").passages[0]
    assert "What was in the cave? A lamp from 1911, still half full of oil."[slice(*best.file)] == best.text
    best = answer(boat, "how old is the boat").passages[0]
    assert SCRIPT[slice(*best.file)].startswith("How old is the boat?\n[00:00:12] Bo: My aunt")


def test_only_the_named_transcripts_are_searched(boat: Library) -> None:
    found = answer(boat, "how old is the boat", transcripts=["cave.txt"])
    assert {passage.transcript for passage in found.passages} == {"cave.txt"}


def test_a_transcript_that_is_not_there_is_named(boat: Library) -> None:
    with pytest.raises(InterviewQAError, match=r"no transcript named 'nope\.txt' in the index"):
        answer(boat, "how old is the boat", transcripts=["nope.txt"])


def test_no_more_passages_than_asked_for_and_none_twice(library: Library) -> None:
    with library.snapshot() as snapshot:
        library_size = snapshot.database.count("passages")
    for k in (1, 4, 500):
        places = [(p.transcript, p.file) for p in answer(library, "What are you afraid of?", k).passages]
        assert len(places) == len(set(places)) == min(k, library_size)


@pytest.mark.parametrize(
    "question", ["", "?", "   ", "\x00", "🤷", "NEAR(", '"', "a" * 5000, "of the", "' OR 1=1 --", "*"]
)
def test_any_input_is_a_question(library: Library, question: str) -> None:
    assert len(answer(library, question, 3).passages) == 3


def test_a_rare_word_finds_its_passage(library: Library) -> None:
    assert "castor oil" in answer(library, "castor oil").passages[0].text


def test_an_asked_question_finds_its_own_answer(library: Library) -> None:
    best = answer(library, "Do people who live next to a bridge know something that you don't?").passages[0]
    assert best.transcript == "dele-marchetti-bridges.txt"
    assert best.asked is not None


@pytest.mark.parametrize(
    "question",
    [
        # None of these is among the questions that the floor is fitted on.
        "How do I fix a leaking tap?",
        "What is the capital of Australia?",
        "Who won the chess world championship?",
        "How do I apply for a mortgage?",
        "When was the printing press invented?",
        "Which phone has the best camera?",
        "Which university did Dele Marchetti study at?",
    ],
)
def test_what_nobody_was_asked_is_refused(library: Library, question: str) -> None:
    assert question not in OFF_TOPIC
    assert not answer(library, question).matched


@pytest.mark.parametrize(
    "question",
    [
        "What is Ingrid afraid of?",
        "Why do you still go yourself?",
        "castor oil",
        "What could you not work without?",
        "Who taught Rosa to drive?",
    ],
)
def test_what_somebody_was_asked_is_not_refused(library: Library, question: str) -> None:
    assert answer(library, question).matched


@pytest.mark.parametrize(("answered", "matched"), [("Just one. The owner kept the other ashore.", True), ("", False)])
def test_where_a_number_is_asked_for_one_is_named_or_was_asked_for(
    tmp_path: Path, answered: str, *, matched: bool
) -> None:
    said = "Ada: What did the ferry carry that winter?\nBo: Lifeboats, and coal, and the post.\n"
    said += f"Ada: How many lifeboats did the ferry carry?\nBo: {answered}\n" if answered else ""
    build_index({"boat.txt": said}, tmp_path / "i")
    assert answer(Library(tmp_path / "i"), "How many lifeboats did the ferry carry?").matched == matched


def test_a_question_of_a_hundred_thousand_characters_is_answered(boat: Library) -> None:
    for question in ("how much " * 11_000, "Ada" + "!" * 100_000 + "x", "Zrogniv " * 12_500):
        assert answer(boat, question, 1).passages


def test_an_index_of_another_model_is_refused(tmp_path: Path) -> None:
    build_index({"boat.txt": SCRIPT}, tmp_path / "i")
    library = Library(tmp_path / "i")
    with library.snapshot() as snapshot:
        library.embedder(snapshot.index_metadata).fingerprint = "another"
    with pytest.raises(ModelError, match="is not the one that the index was made with; build the index again"):
        answer(library, "how old is the boat")


def test_a_follow_up_is_answered_in_its_context(boat: Library) -> None:
    found = answer(boat, "and who made it?", previous=["How old is the boat?"])
    assert found.understood == ("How old is the boat? and who made it?",)
    assert "My aunt built her" in found.passages[0].text


def test_only_my_words_means_no_context_no_correction_and_no_sounds(library: Library) -> None:
    previous = ["Did Yuki Arnalds ever lose an instrument?"]
    question = "and how long until they foudn it again?"
    right = "and how long until they found it again?"
    found = answer(library, question, previous=previous)
    assert found.understood == (right, f"{previous[0]} {right}")
    assert found.passages[0].question == "How long was it before you had it back?"
    own = answer(library, question, previous=previous, literally=True)
    assert own.understood == ()
    assert own.passages == answer(library, question, literally=True).passages
    for other in (found, answer(library, right)):
        assert own.passages != other.passages

    heard = answer(library, "Did the Yokhulsarlon freeze, says Skarffstain?")
    assert [(h.asked, h.said) for h in heard.transcribed] == [("skarffstain", "skarvstein")]
    assert answer(library, heard.question, literally=True).transcribed == ()


@pytest.mark.parametrize(
    ("question", "words", "rest", "speakers"),
    [
        ("What was Yuki Arnalds' job?", {"yuki", "arnalds"}, "What was your job?", {"Yuki Arnalds"}),
        ("what is deles tool", {"deles"}, "what is you tool", {"Dele Marchetti"}),
        ("Is Solheim afraid?", {"solheim"}, "Is you afraid?", set()),
        ("Why sound at all?", set(), "Why sound at all?", set()),
        ("What is in the bread?", set(), "What is in the bread?", set()),
        ("Rosa?", {"rosa"}, "Rosa?", {"Rosa Lindqvist"}),
    ],
)
def test_names_say_where_to_look(
    library: Library, question: str, words: set[str], rest: str, speakers: set[str]
) -> None:
    with library.snapshot() as snapshot:
        named = find_names(snapshot, content_words(question))
    assert (named.words, rewrite_names_as_you(question, named), named.speakers) == (words, rest, speakers)


def test_a_question_that_names_a_guest_is_answered_from_that_interview(library: Library) -> None:
    for name in ("Ingrid Solheim", "Tomas Okafor", "Dele Marchetti", "Amara Quill"):
        first = answer(library, f"What is {name} afraid of?").passages[0]
        assert first.transcript.startswith(name.split()[0].lower())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("how much does a hydrophne cost", "how much does a hydrophone cost"),
        ("what is the glaicer made of", "what is the glacier made of"),
        ("shoud the brigde be reparied", "should the bridge be reparied"),
        ("what about Zurbaran's paintings", "what about Zurbaran's paintings"),
        ("is rye good", "is rye good"),
    ],
)
def test_typing_mistakes_are_put_right_by_the_librarys_words(library: Library, typed: str, meant: str) -> None:
    with library.snapshot() as snapshot:
        assert corrected(snapshot, typed) == meant


def test_a_mistyped_question_finds_what_was_meant(library: Library) -> None:
    assert "castor oil" in answer(library, "casttor oil from the grandmothr").passages[0].text


def test_a_follow_up_about_somebody_else_is_answered_by_them(library: Library) -> None:
    moved_on = answer(library, "what about Tomas?", previous=["What is Yuki afraid of?"])
    assert moved_on.passages[0].transcript == "tomas-okafor-bread.txt"
    stayed = answer(library, "and what does she miss?", previous=["What is Yuki afraid of?"])
    assert stayed.passages[0].transcript == "yuki-arnalds-glacier.txt"


def test_questions_are_answered_while_a_build_saves(tmp_path: Path) -> None:
    build_index({"boat.txt": SCRIPT}, tmp_path / "i")
    library = Library(tmp_path / "i")
    with Database.create(tmp_path / "i") as database, database.transaction(write=True):
        database.remove("boat.txt")
        assert answer(library, "how old is the boat").passages[0].transcript == "boat.txt"


def test_stop_words_are_searched_only_where_there_is_nothing_else() -> None:
    assert content_words("What did the baker's aunt say about rye?") == ["baker", "aunt", "say", "rye"]
    assert content_words("Who are you?") == ["who", "are", "you"]
    assert content_words('a "quoted" OR word') == ["quoted", "word"]
    assert content_words("?!") == []


def test_the_samples_own_questions_are_answered(library: Library) -> None:
    report = evaluate(library, SAMPLES / "questions.jsonl")
    assert report["all"]["questions"] == 30
    assert report["all"]["hit@300w"] >= 0.5


def test_real_questions_are_answered(shared: Path, tmp_path: Path) -> None:
    build([shared / "interviews"], tmp_path / "i", fit=fit_thresholds)
    report = evaluate(Library(tmp_path / "i"), shared / "questions.jsonl")["all"]
    assert report["hit@1"] >= 0.72
    assert report["hit@3"] >= 0.88
    assert report["hit@300w"] >= 0.92
    assert report["refused_rightly"] >= 3
    assert report["refused"] - report["refused_rightly"] <= 2


def test_captions_of_one_speaker_are_shown_as_one_turn(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build([Path(__file__).parent.parent / "transcripts" / "youtube-rolling.en.vtt"], folder, fit=fit_thresholds)
    best = answer(Library(folder), "What lies under the lowest F?").passages[0]
    assert len(best.turns) == 1
    (marked,) = best.highlight
    # What is marked reaches over several cues.
    assert "It lies under the lowest F to this day, and he has the note" in best.text[slice(*marked)]
    assert best.start_s == pytest.approx(112.0, abs=1)
    assert " ".join(best.text.split()) == best.text


def test_a_question_followed_by_a_noise_alone_is_highlighted_itself(tmp_path: Path) -> None:
    script = "Ada: The hammer is my father's, it is from home.\nBo: Why do you row a boat? (laughs)\n"
    build_index({"row.txt": script}, tmp_path / "i")
    best = answer(Library(tmp_path / "i"), "Why do you row?").passages[0]
    assert highlighted(best) == "Why do you row a boat?"


# What odd transcripts are made of: noises, questions within answers, single words, scripts mixed, empty turns.
PARTS = [
    "(laughs)",
    "[Music]",
    "Why do you row a boat?",
    "No.",
    "Hm?",
    "…",
    "да, лодка",
    "船はどこ？",
    "Because.",
    "Ada:",
]


def test_odd_questions_of_odd_transcripts_get_an_answer(tmp_path: Path, embedder: Embedder) -> None:
    random = Random(7)
    for row in range(12):
        speakers = random.choices(["Ada", "Bo", "Че", "美"], k=random.randint(2, 30))
        turns = [f"{who}: {' '.join(random.choices(PARTS, k=random.randint(0, 5)))}" for who in speakers]
        files = put(tmp_path / f"in{row}", odd__txt="\n".join([*turns, "Bo: It is calm. Why? Who knows (laughs)"]))
        build([files], tmp_path / f"i{row}", embedder, fit_thresholds)
        library = Library(tmp_path / f"i{row}", embedder)
        for question in [*PARTS, "", "why", "Why do you row?", "?!", "\ud800", "who said no and no", "x" * 3000]:
            found = answer(library, question, random.choice([1, 5, 50]), previous=random.choices(PARTS, k=row % 3))
            assert all(passage.highlight[0].start < passage.highlight[0].end for passage in found.passages)
            assert json.loads(as_json(found))["matched"] is found.matched
            rendered = [as_text(found), as_text(found, colour=True), chat_as_markdown([(question, found)])]
            rendered += [chat_as_json([("q", found)]), *map(as_html, found.passages), *map(quote, found.passages)]
            assert all(rendered)
