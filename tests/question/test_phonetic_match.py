"""Words as spoken are found where captions wrote them as they sound, and nothing else is."""

import random

import pytest

from qa.question.phonetic_match import PhoneticMatch, Vocabulary, phonetic_matches, runs_of

# What two people may have said, as captions of it could read.
SAID = """
yesterday we trained the whole network in pie torch because the older code was slow and hard to read
the paper on homework encryption came out in spring and nobody in our group believed a word of it
then deep mind hired her and she moved to london with two cats and a piano that never fit the stairs
i asked openai for a grant and they wrote back within a week which surprised everybody in the office
my cooper netties cluster fell over on sunday so the team spent the evening drawing boxes on paper
we walk by the river most mornings and talk about gardens bread weather and the price of train tickets
he plays the violin badly but loudly and his neighbours bake him cakes so that he stops before ten
""".split()

# Ordinary words that an asked one has to stand out from, as it must in a library of many interviews.
MORE = """
pitch porch patrol picture particular partner peach torture touch reach teacher kitchen capital carpet
computer keeper copper captain cabinet carbon minor common human harbour homework harmonic hammer demand
department diamond depend determined apartment
""".split()


def vocabulary(*texts: list[str]) -> Vocabulary:
    counts = {word: sum(word in text for text in texts) for text in texts for word in text}
    return Vocabulary(counts, [run for text in texts for run in runs_of(text)])


SPOKEN = vocabulary(SAID, MORE)


@pytest.mark.parametrize(
    ("question", "asked", "said"),
    [
        ("Did they use PyTorch for it?", "pytorch", "pie torch"),
        ("Who runs Kubernetes at home?", "kubernetes", "cooper netties"),
        ("When did she join DeepMind?", "deepmind", "deep mind"),
        ("Did they ask open ai for money?", "open ai", "openai"),
        ("What did they think of homomorphic encryption?", "homomorphic encryption", "homework encryption"),
    ],
)
def test_a_name_is_heard_as_the_captions_wrote_it(question: str, asked: str, said: str) -> None:
    heard = phonetic_matches(question.rstrip("?").split(), SPOKEN)
    assert (heard[0].asked, heard[0].said) == (asked, said)


def test_a_name_that_nobody_said_is_not_heard() -> None:
    assert phonetic_matches("Who met Beethoven in Copenhagen".split(), SPOKEN) == []


def test_what_the_library_says_needs_no_soundalike_but_may_be_written_apart() -> None:
    spoken = vocabulary("the violin and the deepmind people met the deep mind people".split())
    assert phonetic_matches(["Which", "violin"], spoken) == []
    assert phonetic_matches(["Which", "deepmind"], spoken) == [PhoneticMatch("deepmind", "deep mind", 1.0)]


def test_an_ordinary_word_is_only_looked_for_written_apart() -> None:
    spoken = vocabulary("she had a reception for the work out group in the garden".split())
    ordinary = frozenset({"perception", "workout"})
    assert phonetic_matches("what about perception".split(), spoken, ordinary) == []
    assert phonetic_matches("what about workout".split(), spoken, ordinary) == [
        PhoneticMatch("workout", "work out", 1.0)
    ]


def test_a_capital_makes_a_name_of_an_ordinary_word_unless_it_begins_the_question() -> None:
    spoken, ordinary = vocabulary([*MORE, "shasta", "kovich", "played"]), frozenset({"shostakovich"})
    assert phonetic_matches(["was", "shostakovich", "there"], spoken, ordinary) == []
    assert phonetic_matches(["Shostakovich", "then"], spoken, ordinary) == []
    (heard,) = phonetic_matches(["was", "Shostakovich", "there"], spoken, ordinary)
    assert heard.said == "shasta kovich"


def test_a_form_of_a_word_is_not_a_sound_like_it() -> None:
    assert phonetic_matches(["is", "deterministic"], vocabulary(["they", "determine", "much"])) == []


def test_a_likeness_that_many_words_share_is_chance() -> None:
    alone = vocabulary(["martyn"], ["garden"], ["river"])
    crowd = vocabulary(["martyn"], ["marten"], ["martine"], ["morten"], ["merton"], ["mortan"])
    assert [h.said for h in phonetic_matches(["see", "Martin"], alone)] == ["martyn"]
    assert phonetic_matches(["see", "Martin"], crowd) == []


def test_runs_are_neighbours_and_those_that_a_letter_parts() -> None:
    assert list(runs_of(["queen", "a", "man", "ate"])) == [
        ("queen", "a"),
        ("a", "man"),
        ("man", "ate"),
        ("queen", "a", "man"),
    ]


def test_few_are_compared_in_a_large_library_and_the_likest_is_among_them() -> None:
    letters = random.Random(7)
    words = ["".join(letters.choices("bcdfgklmnprstaeiou", k=letters.randint(3, 9))) for _ in range(20_000)]
    spoken = Vocabulary(dict.fromkeys([*words, "wire", "shirk"], 1), [*runs_of(words), ("wire", "shirk")])
    assert spoken.closest(["wireshark"], 1)[0][0] == "wire shirk"


@pytest.mark.parametrize(
    "words", [[], ["???"], ["2024", "90210"], ["Москва", "東京都庁舎"], ["\0" * 5], ["kanto" * 60]]
)
def test_what_has_no_sounds_is_not_heard(words: list[str]) -> None:
    assert phonetic_matches(words, SPOKEN) == []
    assert phonetic_matches(["PyTorch", *words], vocabulary([])) == []


def test_a_number_that_is_said_has_no_sounds_to_stand_beside() -> None:
    spoken = vocabulary(["in", "2019", "kanto", "sang"])
    assert phonetic_matches(["what", "sopranissimo", "2019"], spoken) == []
