"""What the page draws of a library: where it is said, who answers, what is near what, who speaks how much."""

from pathlib import Path

import numpy as np
import pytest

from helpers.library import build_index, put
from helpers.small_library import floors
from index.building.build import build
from index.embedding.embedder import Embedder
from index.storage.index_folder import is_own
from index.storage.queries import asked_questions
from qa.answering.answer import AskedQuestion, answer_again
from qa.answering.library import Library
from qa.views.by_guest import Guest, guests, replies
from qa.views.exchange_list import exchanges, vectors_of
from qa.views.speaking_time import Share, shares
from qa.views.timeline import strips
from qa.views.topic_map import LAID_OUT, draw_map, lay_out, map_of, spaced
from qa.views.topic_regions import regions

CASTOR = AskedQuestion("castor oil")
ROPE = "Bo Lind: What is the rope for?\n\n{}: {}\n"


# Where it is said


def test_the_best_passage_is_the_strongest_and_lies_where_it_is_said(library: Library) -> None:
    found = strips(library, CASTOR)
    assert found[0].transcript == "yuki-arnalds-glacier.txt"
    assert sum(len(strip.places) for strip in found) == 50
    best = max((place for strip in found for place in strip.places), key=lambda place: place.strength)
    assert (best.strength, best.passage) == (1.0, answer_again(library, CASTOR, 1).passages[0])
    length_s = found[0].length_s
    assert length_s is not None
    assert best.passage.start_s is not None
    assert best.begins == best.passage.start_s / length_s
    for strip in found:
        begins = [place.begins for place in strip.places]
        assert begins == sorted(begins)
        assert all(0 <= place.begins <= place.ends <= 1 for place in strip.places)


def test_places_are_shares_of_the_words_where_no_time_is_given_or_times_go_back(tmp_path: Path) -> None:
    turn = "Di ({}):\nThe rope is for the bell, and nothing else. {}\n\n"
    back = "".join(turn.format(time, "It rang. " * 20) for time in ("00:00:10", "00:09:00", "00:02:00", "00:05:00"))
    build_index({"back.txt": back, "untimed.txt": back.replace(" (00:", " [").replace("):", "]:")}, tmp_path / "i")
    for strip in strips(Library(tmp_path / "i"), AskedQuestion("What is the rope for?")):
        assert strip.length_s is None
        assert all(place.begins == place.passage.position for place in strip.places)


def test_where_it_is_said_is_asked_of_the_same_interviews_in_the_same_way(library: Library) -> None:
    only = ("dele-marchetti-bridges.txt",)
    assert [strip.transcript for strip in strips(library, AskedQuestion("castor oil", only=only))] == list(only)

    def first(asked: AskedQuestion) -> str:
        places = [place for strip in strips(library, asked) for place in strip.places]
        return max(places, key=lambda place: place.strength).passage.text

    follow_up = "and how long until they found it again?"
    previous = ("Did Yuki Arnalds ever lose an instrument?",)
    assert (
        first(AskedQuestion(follow_up, previous))
        == answer_again(library, AskedQuestion(follow_up, previous), 5).passages[0].text
    )
    assert first(AskedQuestion(follow_up, previous)) != first(AskedQuestion(follow_up, previous, literally=True))


# Several guests


def test_each_guest_is_given_his_own_answer_the_best_first(library: Library) -> None:
    asked = AskedQuestion("What scared you most?")
    there = guests(library, asked)
    assert {guest.name for guest in there if guest.is_known} == {"Dele Marchetti", "Yuki Arnalds"}
    assert len(there) == 6
    found = {reply.guest.name: reply.passage for reply in replies(library, asked, there)}
    dele = found["Dele Marchetti"]
    assert dele is not None
    assert dele.transcript == "dele-marchetti-bridges.txt"
    best = answer_again(library, asked, 1).passages[0]
    assert best.transcript in there[0].transcripts


def test_whom_nobody_asked_has_no_answer(library: Library) -> None:
    found = {reply.guest.name: reply.passage for reply in replies(library, CASTOR, guests(library, CASTOR))}
    assert [name for name, passage in found.items() if passage] == ["Yuki Arnalds"]


def test_of_two_guests_of_one_interview_nobody_is_given_what_the_other_says(tmp_path: Path, reader: Embedder) -> None:
    files = put(
        tmp_path / "talks",
        two__md="---\ntitle: Two\nguests: [Di Orr, Ada Moss]\nhost: Bo Lind\n---\n"
        "**Bo Lind:** What is the rope for?\n\n**Di Orr:** The rope is for the bell.\n\n"
        "**Bo Lind:** And who eats the bread?\n\n**Ada Moss:** The bread is for the goat.\n",
    )
    build([files], tmp_path / "i", reader, fit=floors)
    library, asked = Library(tmp_path / "i", reader), AskedQuestion("What is the rope for?")
    both = [Guest("Ada Moss", ("two.md",)), Guest("Di Orr", ("two.md",))]
    assert sorted(guests(library, asked), key=lambda guest: guest.name) == both
    found = {reply.guest.name: reply.passage for reply in replies(library, asked, both)}
    assert found["Di Orr"] is not None
    assert found["Di Orr"].speaker == "Di Orr"
    assert found["Ada Moss"] is None or found["Ada Moss"].speaker == "Ada Moss"


def test_of_a_guest_who_said_less_than_another_the_best_is_found(tmp_path: Path, reader: Embedder) -> None:
    uses = "bell boat goat cart tent well swing".split()
    creaks = "It creaks at night. " * 20
    said = [("Di Orr", f"The rope is for the {use}, and the rope is old. {creaks}") for use in uses]
    said.append(("Ada Moss", "I never needed one for anything but the washing line."))
    talk = "".join(f"**Bo Lind:** What is the rope for?\n\n**{who}:** {words}\n\n" for who, words in said)
    talk += "**Bo Lind:** What is for lunch on Sundays?\n\n**Cy Ray:** Soup, with a lot of pepper.\n\n"
    metadata = "title: Ropes\nguests: [Di Orr, Ada Moss, Cy Ray]\nhost: Bo Lind"
    files = put(tmp_path / "talks", two__md=f"---\n{metadata}\n---\n{talk}")
    build([files], tmp_path / "i", reader, fit=floors)
    library, asked = Library(tmp_path / "i", reader), AskedQuestion("What is the rope for, and is the rope old?")
    assert {passage.speaker for passage in answer_again(library, asked, 5).passages} == {"Di Orr"}
    found = {reply.guest.name: reply for reply in replies(library, asked, guests(library, asked))}
    assert {name: reply.passage and reply.passage.speaker for name, reply in found.items()} == {
        "Di Orr": "Di Orr",
        "Ada Moss": "Ada Moss",
        "Cy Ray": None,
    }


@pytest.mark.parametrize(
    ("di", "ada", "is_told"),
    [("Di", "Ada", True), ("DI ORR, RINGER", "Moss", True), ("SPEAKER_0", "SPEAKER_1", False), (None, None, False)],
)
def test_of_two_guests_each_is_given_what_is_labelled_so_and_else_it_is_not_known(
    tmp_path: Path, reader: Embedder, di: str | None, ada: str | None, is_told: bool
) -> None:
    turns = [("Bo", "What is the rope for?"), (di, "The rope is for the bell.")]
    turns += [("Bo", "And who eats the bread?"), (ada, "The goat eats the bread.")]
    talk = "\n\n".join(f"{who}: {words}" if di else words for who, words in turns)
    files = put(tmp_path / "talks", two__txt=talk, two__txt__toml='guests = ["Di Orr", "Ada Moss"]\nhost = "Bo Lind"')
    build([files], tmp_path / "i", reader, fit=floors)
    library, asked = Library(tmp_path / "i", reader), AskedQuestion("What is the rope for?")
    found = {reply.guest.name: reply for reply in replies(library, asked, guests(library, asked))}
    assert {name: reply.passage and reply.passage.speaker for name, reply in found.items()} == (
        {"Di Orr": di, "Ada Moss": ada} if is_told else {"Di Orr": None, "Ada Moss": None}
    )
    assert {reply.is_unclear for reply in found.values()} == {not is_told}


def test_a_guest_alone_is_given_what_anybody_says(tmp_path: Path, reader: Embedder) -> None:
    talk = "SPEAKER_00: What is the rope for?\nSPEAKER_01: The rope is for the bell.\n"
    files = put(tmp_path / "talks", one__txt=talk, one__txt__toml='guest = "Di Orr"')
    build([files], tmp_path / "i", reader, fit=floors)
    library, asked = Library(tmp_path / "i", reader), AskedQuestion("What is the rope for?")
    (reply,) = replies(library, asked, guests(library, asked))
    assert (reply.guest.name, reply.is_unclear) == ("Di Orr", False)
    assert reply.passage is not None


def test_only_the_guests_of_the_interviews_that_are_asked_are_asked(library: Library) -> None:
    only = ("tomas-okafor-bread.txt", "yuki-arnalds-glacier.txt")
    names = [guest.name for guest in guests(library, AskedQuestion("castor oil", only=only))]
    assert names == ["Yuki Arnalds", "Tomas Okafor Bread"]


# The map


def test_an_exchange_is_a_question_with_all_of_its_answer(library: Library) -> None:
    with library.snapshot() as snapshot:
        there = exchanges(snapshot.database)
        vectors = vectors_of(snapshot, there)
        asked = {name for name, _ in asked_questions(snapshot.database)}
    still = next(each for each in there if each.text.startswith("Why do you still go yourself?"))
    assert (still.transcript, still.speaker, still.asks) == ("dele-marchetti-bridges.txt", "Dele Marchetti", True)
    assert {each.transcript for each in there if each.asks} == asked
    assert len({(each.transcript, each.span) for each in there}) == len(there)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    # Of several passages it is the middle.
    row = next(row for row, each in enumerate(there) if len(each.encoding_ids) > 1)
    with library.snapshot() as snapshot:
        own = snapshot.vectors.vectors(there[row].encoding_ids)
    assert np.allclose(own.mean(axis=0) / np.linalg.norm(own.mean(axis=0)), vectors[row], atol=1e-5)


def test_what_is_alike_lies_near_and_what_is_left_beside_what_it_is_like() -> None:
    rng = np.random.default_rng(0)
    middles = rng.normal(size=(4, 64))
    kinds = rng.integers(0, 4, size=LAID_OUT + 500)
    vectors = (middles[kinds] + 0.3 * rng.normal(size=(len(kinds), 64))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    places = lay_out(vectors)
    assert places.shape == (len(kinds), 2)
    assert (places.min(), places.max()) == (0, 1)
    centres = np.stack([places[kinds == kind].mean(axis=0) for kind in range(4)])
    nearest = np.linalg.norm(places[:, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == kinds).mean() > 0.99
    assert (nearest == kinds)[np.setdiff1d(np.arange(len(kinds)), spaced(len(kinds), LAID_OUT))].mean() > 0.99


@pytest.mark.parametrize("n", [0, 1, 2, 3, 9, 10, 11])
def test_few_exchanges_have_places_too(n: int) -> None:
    vectors = np.eye(16, dtype=np.float32)[:n]
    places = lay_out(vectors)
    assert places.shape == (n, 2)
    assert np.isfinite(places).all()
    assert lay_out(np.ones((n, 4), np.float32) / 2).shape == (n, 2)


def test_a_map_is_drawn_once_for_each_state_and_goes_with_it(folder: Path, files: Path, reader: Embedder) -> None:
    library = Library(folder, reader)
    with library.snapshot() as snapshot:
        path = map_of(folder, snapshot.index_metadata["state"])
    there, places = draw_map(library)
    assert is_own(path.name)
    assert path.stat().st_mode & 0o077 == 0
    # It is read and not drawn again: another place for the first one comes back.
    moved = np.load(path, allow_pickle=False)
    moved[0] = 0.25, 0.75
    np.save(path, moved)
    assert draw_map(library)[1][0].tolist() == [0.25, 0.75]
    more = put(folder.parent / "more", rope__txt="Ada: What is the rope for?\nDi: The rope is for the bell.\n")
    build([files, more], folder, reader, fit=floors)
    assert list(folder.glob("map-*")) == []
    assert len(draw_map(library)[0]) == len(there) + 1
    assert len(list(folder.glob("map-*"))) == 1
    assert len(places) == len(there)


@pytest.mark.parametrize("damage", ["short", "long", "header", "nan", "far", "pickle", "link", "folder"])
def test_a_file_that_is_no_map_of_ours_is_drawn_again(folder: Path, reader: Embedder, damage: str) -> None:
    library = Library(folder, reader)
    _, right = draw_map(library)
    (path,) = folder.glob("map-*.npy")
    data = path.read_bytes()
    path.unlink()
    if damage == "link":
        (folder.parent / "other.npy").write_bytes(data[:-8] + np.array([0.5, 0.5], "<f4").tobytes())
        path.symlink_to(folder.parent / "other.npy")
    elif damage == "folder":
        path.mkdir()
    elif damage == "pickle":
        np.save(path, np.array([{"a": 1}] * len(right)), allow_pickle=True)
    else:
        path.write_bytes(
            {
                "short": data[:-1],
                "long": data + b"0",
                "header": (data[:-8] + np.array([0.5, 0.5], "<f4").tobytes()).replace(b"<f4", b"<i4"),
                "nan": data[:-4] + np.array(np.nan, "<f4").tobytes(),
                "far": data[:-4] + np.array(7, "<f4").tobytes(),
            }[damage]
        )
    assert draw_map(library)[1].tolist() == right.tolist()


def test_a_region_is_named_by_what_is_said_there_and_by_nobodys_name(library: Library) -> None:
    there, places = draw_map(library)
    with library.snapshot() as snapshot:
        found = regions(snapshot.database, there, places)
    assert sorted(row for region in found for row in region.rows) == list(range(len(there)))
    assert len(found) == 9
    words = [word for region in found for word in region.words]
    assert not {"hanna", "brandt", "dele", "marchetti", "yuki", "arnalds"} & set(words)
    # Where the borders run is a matter of rounding, so not each subject has a region of its own.
    assert len({"glacier", "flour", "bees", "shears", "bridge", "film", "lamp", "night"} & set(words)) >= 2
    with library.snapshot() as snapshot:
        assert regions(snapshot.database, there[:20], places[:20]) == []


# Who speaks how much


def test_who_speaks_how_much(tmp_path: Path, reader: Embedder) -> None:
    files = put(tmp_path / "talks", named__txt="Ada: Four.\nDi: And eight, no more.\nAda: Five?\n")
    build([files], tmp_path / "i", reader, fit=floors)
    with Library(tmp_path / "i", reader).snapshot() as snapshot:
        (named,) = shares(snapshot.database)
    assert named.voices == (Share("Di", 19 / 29), Share("Ada", 10 / 29))
    assert (named.asked, named.probably_guest) == (0, 0)


def test_where_nobody_is_named_what_was_asked_and_what_is_probably_the_guests_is_told(library: Library) -> None:
    with library.snapshot() as snapshot:
        found = {each.transcript: each for each in shares(snapshot.database)}
        bread = library.transcript(snapshot, "tomas-okafor-bread.txt")
        asked = {text for name, text in asked_questions(snapshot.database) if name == bread.name}
        passages = snapshot.database.passages(transcript_id=snapshot.database.transcript_ids()[bread.name])
    answered = [
        p.span.end - (p.question.end if p.question and p.question.start >= p.span.start else p.span.start)
        for p in passages
        if p.guest_share
    ]
    tomas = found[bread.name]
    assert tomas.voices == (Share(None, 1.0),)
    assert tomas.asked == pytest.approx(sum(map(len, asked)) / len(bread.text), rel=0.02)
    assert 0.1 < tomas.probably_guest == pytest.approx(sum(answered) / len(bread.text), rel=0.001)
    assert found["yuki-arnalds-glacier.txt"].voices[0].speaker == "Yuki Arnalds"
    assert sum(voice.share for voice in found["yuki-arnalds-glacier.txt"].voices) == pytest.approx(1)
