"""What a sentence may say: only what the words of the passages bear."""

import pytest

from qa.llm.grounding import is_supported

PASSAGE = (
    "Yuki Arnalds Glacier\n2019\nYuki Arnalds\nHow did you begin?\n"
    "We filled the first hydrophone with castor oil in nineteen ninety-eight, forty-one litres of it, 1,000 metres"
    " down. I was frightened three hundred times, and Ingrid paid. See www.example.org/ice for more."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Yuki filled the first hydrophone with castor oil.",
        "They began in 1998 with 41 litres of castor oil.",
        "She was frightened 300 times.",
        "It was frightening, the guest says.",
        "However, Ingrid's payment was for litres of oil.",
        "One of them filled the hydrophone 1000 metres down.",
        "More is said at www.example.org/ice.",
    ],
)
def test_what_is_said_in_other_forms_is_supported(sentence: str) -> None:
    assert is_supported(sentence, [PASSAGE])


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("They began in 1997 with castor oil.", "another year"),
        ("They took forty litres of castor oil.", "a part of a number"),
        ("Yuki told Napoleon of the castor oil.", "a name nobody said"),
        ("Napoleon filled the hydrophone with castor oil.", "a name at the beginning"),
        ("The castor oil is at http://evil.example/ now.", "an address nobody said"),
        ("They never filled it with castor oil.", "the passage denies nothing"),
        ("They didn't fill it with castor oil.", "nor in short"),
        ("The glacier moved quickly downhill every summer.", "other words"),
        ("<b>Bold</b> oil.", "marks are no words of it"),
        ("Yes.", "nothing that could be held against a passage"),
        ("She said so.", "nor here"),
        ("", "nor here"),
    ],
)
def test_what_nobody_said_is_not(sentence: str, why: str) -> None:
    assert not is_supported(sentence, [PASSAGE]), why


def test_several_passages_support_together_and_none_supports_nothing() -> None:
    both = "Yuki filled the hydrophone, and the dough rests overnight."
    assert is_supported(both, [PASSAGE, "The dough rests overnight."])
    assert not is_supported(both, ["The dough rests overnight."])
    assert not is_supported(both, [])
