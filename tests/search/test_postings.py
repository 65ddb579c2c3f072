"""Which passages hold a word, kept through changes: as if all of it were made anew."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.search.postings import Postings, decode_language, encode_language

# A passage is some words; few of them, so that many passages hold the same.
PASSAGES = st.lists(st.lists(st.sampled_from("ada boat boats cave dough éclair ferry guitar".split()), max_size=6))


def made(passages: list[list[str]], language: str = "en") -> Postings:
    return Postings.made(len(passages), [(row, " ".join(words), language) for row, words in enumerate(passages)])


def assert_same(found: Postings, wanted: Postings) -> None:
    for name, array in wanted.arrays.items():
        assert np.array_equal(found.arrays[name], array), name
        assert found.arrays[name].dtype == array.dtype, name


@given(PASSAGES, st.data())
def test_what_was_there_is_kept_and_what_is_new_put_between(before: list[list[str]], data: st.DataObject) -> None:
    stays = [data.draw(st.booleans()) for _ in before]
    # New passages come before, between and after those that stay.
    after: list[tuple[int | None, list[str]]] = [(row, words) for row, words in enumerate(before) if stays[row]]
    for words in data.draw(PASSAGES):
        after.insert(data.draw(st.integers(0, len(after))), (None, words))
    now = np.full(len(before), -1)
    for row, (old, _) in enumerate(after):
        if old is not None:
            now[old] = row
    new = [(row, " ".join(words), "en") for row, (old, words) in enumerate(after) if old is None]
    assert_same(Postings.made(len(after), new, (made(before), now)), made([words for _, words in after]))


def test_a_word_and_its_forms_are_one() -> None:
    postings = made([["boat"], ["cave"], ["boats", "boat"]])
    assert (postings.count("boat"), postings.count("boats"), postings.count("dough")) == (2, 2, 0)
    found = postings.match("boat")
    assert found is not None
    assert found[0].tolist() == [0, 2]
    assert found[1][1] > found[1][0]


def test_a_word_is_looked_up_in_each_language_of_the_library() -> None:
    passages = [("the houses stood", "en"), ("die Häuser standen", "de"), ("стоят дома", "ru"), ("家がある", "ja")]
    postings = Postings.made(len(passages), [(row, *passage) for row, passage in enumerate(passages)])
    asked = ["house", "Haus", "дом", "домов", "家が", "hut"]
    assert [postings.count(word) for word in asked] == [1, 1, 1, 1, 1, 0]


@given(st.from_regex(r"[a-z]{2,3}", fullmatch=True))
def test_a_language_is_known_by_its_number(code: str) -> None:
    assert decode_language(encode_language(code)) == code
