"""Which interviews are asked, as a link writes it and as the library has it."""

import pytest

from index.types import Metadata
from qa.answering import filters
from qa.answering.filters import Filters, FilterValues, choices, resolve_filters, transcripts_in

KNOWN = {
    "2021/boat.vtt": Metadata("On boats", ("Béatrice Lind", "Ada Moss"), ("Cy Orr",), "2021-06-30", None, "en-GB"),
    "boat.vtt": Metadata("Boats", ("Ada",), ("Ada Moss",), "2020", None, "en"),
    "bread.srt": Metadata("On boats", (), (), None, None, None),
}


def test_what_can_be_chosen_is_what_is_known_of_any_interview() -> None:
    assert choices(KNOWN) == FilterValues(
        guests=("Ada", "Ada Moss", "Béatrice Lind"),
        hosts=("Ada Moss", "Cy Orr"),
        languages=("en", "en-GB"),
        dates=("2020", "2021-06-30"),
    )
    assert choices({"a.txt": Metadata()}) == FilterValues((), (), (), None)


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (Filters(guests=("beatrice",)), Filters(guests=("Béatrice Lind",))),
        (Filters(guests=("ada",)), Filters(guests=("Ada Moss", "Ada"))),
        (Filters(guests=("Ada",)), Filters(guests=("Ada",))),
        (Filters(languages=("en",)), Filters(languages=("en",))),
        (Filters(transcripts=("boat.vtt",)), Filters(transcripts=("boat.vtt",))),
        (Filters(since="2020", until="2021-06"), Filters(since="2020", until="2021-06")),
    ],
)
def test_names_are_taken_as_the_library_writes_them(wanted: Filters, kept: Filters) -> None:
    assert resolve_filters(KNOWN, wanted) == (kept, [])


def test_what_no_interview_is_is_left_out_and_said() -> None:
    wanted = Filters(("gone.txt", "bread.srt"), ("Nobody",), (), ("fi",), "last year", "2021-13")
    assert resolve_filters(KNOWN, wanted) == (
        Filters(("bread.srt",)),
        [
            "there is no interview named 'gone.txt', so this is not asked for",
            "there is no interview with guest 'Nobody', so this is not asked for",
            "there is no interview in language 'fi', so this is not asked for",
            "'last year' is no date as 2021, 2021-06 or 2021-06-30, so this is not asked for",
            "'2021-13' is no date as 2021, 2021-06 or 2021-06-30, so this is not asked for",
        ],
    )


def test_a_name_that_is_written_exactly_stands_for_that_one_alone() -> None:
    assert transcripts_in(KNOWN, Filters(transcripts=("boat.vtt",))) == ["boat.vtt"]
    assert transcripts_in(KNOWN, Filters(transcripts=("BOAT.vtt",))) == ["2021/boat.vtt", "boat.vtt"]
    assert transcripts_in(KNOWN, Filters(guests=("Ada",))) == ["boat.vtt"]
    assert transcripts_in(KNOWN, Filters(guests=("ada",))) == ["2021/boat.vtt", "boat.vtt"]
    assert transcripts_in(KNOWN, Filters(transcripts=("On boats",))) == ["2021/boat.vtt", "bread.srt"]


def test_a_language_is_that_of_every_country() -> None:
    assert transcripts_in(KNOWN, Filters(languages=("en",))) == ["2021/boat.vtt", "boat.vtt"]


def test_a_long_link_does_little_work_for_all_its_kinds_together(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, words_of = [], filters._words

    def counted(name: str) -> str:
        calls.append(name)
        return words_of(name)

    monkeypatch.setattr(filters, "_words", counted)
    there = {f"{n}.txt": Metadata(f"Talk {n}", (f"Ada {n}",), (f"Bo {n}",)) for n in range(100)}
    asked = tuple(f"nobody {n}" for n in range(200))
    settled_scope, lost = resolve_filters(there, Filters(asked, asked, asked))
    assert (settled_scope, len(lost)) == (Filters(), 600)
    # Each name of the library at most once, in as many parts as asked for.
    assert len(calls) <= 400 + filters.MOST_PARTS
    resolve_filters(there, Filters((), ("Ada 1",) * 3000, ("bo 2",)))
    assert len(calls) <= 400 + filters.MOST_PARTS + 101
