"""What to say of a library whose languages its model does not know."""

from collections import Counter

from index.embedding.packaged_models import PACKAGED_MODELS, packaged_model
from index.storage.database import Database
from index.storage.queries import languages

# Transcripts whose language is looked at, spread over the library; one takes a few milliseconds.
SAMPLED = 200


def model_advice(database: Database, name: str) -> str | None:
    """Return one line if most transcripts are in languages that their model was not trained on, else None.

    Of a model that is not packaged, nothing is known.
    """
    model = packaged_model(name)
    if model is None or not model.languages:
        return None
    ids = [*database.transcript_ids().values()]
    spoken = Counter(languages(database, ids[:: -(-len(ids) // SAMPLED) or 1]).values())
    unknown = {language: n for language, n in spoken.most_common() if not model.knows(language)}
    if 2 * sum(unknown.values()) <= spoken.total():
        return None
    better = next(other for other in PACKAGED_MODELS if not other.languages)
    first = "" if better.is_installed else f"{better.how_to_install}; then "
    share = 100 * sum(unknown.values()) // spoken.total()
    return (
        f"{share} % of the transcripts are in languages that {model.name} does not know ({', '.join(unknown)}):"
        f" {first}build with --model {better.name}"
    )
