"""Words and stems in scripts and languages of all kinds."""

import pytest

from index.text.languages import language_of
from index.text.tokenization import stems_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't ask, ask_again!", ["Don", "t", "ask", "ask", "again"]),
        ("हिन्दी में प्रश्न", ["हिन्दी", "में", "प्रश्न"]),
        ("قال لي: مُحَمَّد", ["قال", "لي", "مُحَمَّد"]),
        ("東京タワーでPythonを", ["東京", "京タ", "タワ", "ワー", "ーで", "Python", "を"]),
        ("질문이 있어요", ["질문이", "있어요"]),
        ("", []),
    ],
)
def test_words_end_where_the_script_ends_them(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("de", "Haus Hauses Häuser"),
        ("ru", "город города городов"),
        ("ar", "مدينة المدينة"),
        ("tr", "ışık ISIK"),
        ("es", "canción canciones cancion"),
        ("fr", "été ÉTÉ ete"),
        ("ja", "カナ ｶﾅ"),
        ("xx", "word WORD"),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, forms: str) -> None:
    assert len({tuple(stems_of(form, language)) for form in forms.split()}) == 1


def test_vowel_signs_tell_words_of_indian_scripts_apart() -> None:
    assert stems_of("दिन", "hi") != stems_of("दान", "hi")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("so we went down to the harbour and nobody was there any more", "en"),
        ("wir sind dann an den Hafen gegangen, und niemand war mehr da", "de"),
        ("потом мы пошли в гавань, а там уже никого не было, совсем никого", "ru"),
        ("luego bajamos al puerto y ya no había nadie por ninguna parte", "es"),
        ("それから港へ行きましたが、もう誰もいませんでした", "ja"),
        ("hm", "en"),
    ],
)
def test_a_text_says_its_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_text_too_short_to_tell_is_in_the_language_that_is_stated() -> None:
    assert language_of("hm", "pt-BR") == "pt"
