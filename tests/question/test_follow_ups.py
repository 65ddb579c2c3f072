"""Follow-ups: what a question leans on, and what stands on its own."""

import pytest

from qa.question.follow_ups import in_context, query_texts
from qa.question.words import content_words


def names_in(text: str) -> frozenset[str]:
    return frozenset(content_words(text)) & {"yuki", "tomas", "okafor", "rosa"}


@pytest.mark.parametrize(
    "question",
    [
        "and what did he do after it failed?",
        "why?",
        "when?",
        "more",
        "Can you say more?",
        "who else?",
        "anything else?",
        "how much?",
        "what happened next?",
        "what about sharks",
        "what about her brother?",
        "how long did that take?",
        "what else did she say about it?",
        "And Tomas?",
        "Tomas?",
        "did it begin to melt?",
        "what was it like?",
        "what was it like for her?",
        "how did you get there?",
        "were you afraid then?",
        "and how long until they foudn it again?",
    ],
)
def test_a_question_that_leans_is_taken_with_the_one_before(question: str) -> None:
    expected = f"Do you fear the dark? {question}"
    assert in_context(question, ["Do you fear the dark?"], names_in) == expected
    assert in_context(question, [], names_in) is None


@pytest.mark.parametrize(
    "question",
    [
        "which flour goes into the rye bread",
        "And which flour goes into the rye bread?",
        "how does the sound of ice change as it melts?",
        "is it good to wait for the bread?",
        "how long does it take to bake a loaf?",
        "What was it like growing up in the harbour?",
        "Who was the goat that ate the rope?",
        "Is there anything that frightens you?",
        "Do you believe that people change?",
        "what did yuki do with her hydrophone",
        "Tell me about Yuki",
        "How old are you?",
        "castor oil",
    ],
)
def test_a_question_of_its_own_is_left_alone(question: str) -> None:
    assert in_context(question, ["Do you fear the dark?"], names_in) is None
    assert query_texts(question, ["Do you fear the dark?"], names_in) == [question]


@pytest.mark.parametrize(
    ("previous", "question", "understood"),
    [
        (
            ["Who built the boat behind the cannery?", "and when did she do that?"],
            "why?",
            "Who built the boat behind the cannery? why?",
        ),
        (
            ["How old is the boat?", "more", "was she paid for that?"],
            "why?",
            "How old is the boat? was she paid for that? why?",
        ),
        (["What is fog?", "why?", "How is rye bread made?"], "when?", "How is rye bread made? when?"),
        (["more"], "why?", "more why?"),
    ],
)
def test_a_chain_of_follow_ups_hangs_on_the_last_question_that_stood_alone(
    previous: list[str], question: str, understood: str
) -> None:
    assert in_context(question, previous, names_in) == understood


@pytest.mark.parametrize(
    ("followups", "understood"),
    [
        (["And Tomas?"], "What is Tomas afraid of?"),
        (["what about tomas okafor"], "What is tomas okafor afraid of?"),
        (["what about Tomas?", "why?"], "What is Tomas afraid of? why?"),
        (["why?", "and the dark?", "And Tomas?"], "What is Tomas afraid of?"),
        (["And Tomas?", "and the dark?", "And Rosa?"], "What is Rosa afraid of?"),
        (["And the bread of Tomas?"], "What is Tomas afraid of? And the bread of Tomas?"),
        (["does she know Tomas?"], "What is Yuki afraid of? does she know Tomas?"),
        (["And Tomas and Rosa?"], "What is Tomas and Rosa afraid of?"),
        (["And Tomas? Rosa?"], "What is Yuki afraid of? And Tomas? Rosa?"),
    ],
)
def test_a_follow_up_that_names_somebody_else_asks_the_same_of_them(followups: list[str], understood: str) -> None:
    *between, question = followups
    assert in_context(question, ["What is Yuki afraid of?", *between], names_in) == understood


def test_a_follow_up_without_words_of_its_own_is_only_searched_in_its_context() -> None:
    previous = ["What is Yuki afraid of?"]
    assert query_texts("And Tomas?", previous, names_in) == ["What is Tomas afraid of?"]
    assert query_texts("why?", previous, names_in) == ["What is Yuki afraid of? why?"]
    assert query_texts("and the dark?", previous, names_in) == [
        "and the dark?",
        "What is Yuki afraid of? and the dark?",
    ]
