"""Text -> the language that it is in, by the letter sequences that its language has."""

import functools
from collections.abc import Callable

# Enough to be sure; more only takes time.
SAMPLE_CHARS = 3000

# Most sentences reach this, a greeting does not.
LEAST_CONFIDENCE = 0.6

DEFAULT_LANGUAGE = "en"


def language_of(text: str, stated: str | None = None) -> str:
    """Return the ISO 639-1 code of a text's language; of one too short to tell, the `stated` one or English."""
    code, _ = _classifier()(text[:SAMPLE_CHARS])
    return code if code != "und" else (stated or DEFAULT_LANGUAGE).partition("-")[0].lower()


@functools.cache
def _classifier() -> Callable[[str], tuple[str, float]]:
    # Loading takes half a second, which no question should wait for.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    classify: Callable[[str], tuple[str, float]] = LanguageIdentifier.from_model_file(
        MODEL_FILE, norm_probs=True, min_confidence=LEAST_CONFIDENCE
    ).classify
    return classify
