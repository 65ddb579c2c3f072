"""Whether an index is whole, is what its files say, and was made by the model that answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from index.building.staleness import stale
from index.embedding.embedder import Embedder, load_embedder
from index.embedding.model_registry import revision
from index.errors import DamagedError, InterviewQAError, StoreError, TranscriptError
from index.reading.reader import read_transcript
from index.search.search_index import build_in_memory, load_search_index
from index.sources.sources import Sources
from index.splitting.passages import RULE_VERSION, whole_text
from index.storage.database import Database
from index.storage.embedding_cache import digest
from index.storage.full_text import searchable_words
from index.storage.index_folder import DAMAGE_NAME, note_damage
from index.storage.queries import index_text_of
from index.storage.records import StoredPassage
from index.text.non_speech import blank_non_speech
from index.types import Passage, Span, Transcript

WAY_OUT = "make it again with: interview-qa build PATH"


class Verdict(NamedTuple):
    """What is wrong with an index, one line each with the way out: nothing where it is sound."""

    problems: list[str]
    stale: list[str]  # transcripts that are not as their files are now: known, and no fault of the index


def verify(folder: Path, embedder: Embedder | None = None) -> Verdict:
    """Check all that can be checked. What is damaged is noted, so that the next build makes it again.

    A model that is loaded already is used if it is the index's. Raises NoIndexError, and StoreError where
    the index cannot be read at all.
    """
    with Database.open(folder) as database, database.transaction():
        index_metadata = database.index_metadata()
        problems = [*_damage(database, index_metadata)]
        if problems:
            note_damage(folder)
        elif (folder / DAMAGE_NAME).exists():
            problems = [f"damage was found before; {WAY_OUT}"]
        problems += [*_derived(database, folder, index_metadata), *_model(index_metadata, embedder)]
        return Verdict(problems, list(stale(database)))


def _damage(database: Database, index_metadata: dict[str, Any]) -> Iterator[str]:
    """Yield what of the library file is not what we would write."""
    for line in database.integrity_problems():
        yield f"the library file is damaged: {line}; {WAY_OUT}"
    with Sources() as sources:
        for name, transcript_id in database.transcript_ids().items():
            try:
                transcript = database.transcript(name)
                passages = database.passages(transcript_id=transcript_id)
                if not _holds_every_word(transcript, [passage.span for passage in passages]):
                    yield f"{name}: its passages do not hold its words in their order; {WAY_OUT}"
                elif index_metadata["rule_version"] == RULE_VERSION:
                    if not _is_found_by_its_words(database, transcript, passages, index_metadata["fingerprint"]):
                        yield f"{name}: what its passages are found by was not made of their words; {WAY_OUT}"
                    elif not _is_verbatim(sources, transcript, *database.files()[name]):
                        yield f"{name}: its words are not those of its file, which did not change; {WAY_OUT}"
            except DamagedError as error:
                yield str(error)


def _holds_every_word(transcript: Transcript, spans: list[Span]) -> bool:
    at, text = 0, transcript.text
    for span in spans:
        if span.start < at or text[at : span.start].strip() or not 0 <= span.start < span.end <= len(text):
            return False
        at = span.end
    return not text[at:].strip()


def _is_found_by_its_words(
    database: Database, transcript: Transcript, passages: list[StoredPassage], read_by: str
) -> bool:
    """Whether vectors and full text are those of the passages' words."""
    said, kept = blank_non_speech(transcript.text), index_text_of(database, [passage.id for passage in passages])
    return all(
        kept.get(passage.id)
        == (
            digest(whole_text(said, passage.span, passage.question), read_by),
            searchable_words(transcript, Passage(passage.span, passage.question, ())),
        )
        for passage in passages
    )


def _is_verbatim(sources: Sources, transcript: Transcript, packed: str, checksum: str) -> bool:
    """Whether the transcript is what its file says now; where that changed or is gone, nobody can know."""
    try:
        data, now, known = sources.read(sources.from_json(packed))
        return now != checksum or read_transcript(data, transcript.name, known) == transcript
    except TranscriptError:
        return True


def _derived(database: Database, folder: Path, index_metadata: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the files that are searched: they hold what the library file does, in the same order."""
    try:
        wanted = build_in_memory(database, index_metadata["dimension"])
        found = load_search_index(database, folder, index_metadata, is_checked=True)
        rows = np.arange(len(wanted.vectors))
        if not np.array_equal(found.vectors.ids, wanted.vectors.ids) or not np.array_equal(
            found.vectors.of_rows(rows), wanted.vectors.of_rows(rows)
        ):
            note_damage(folder)
            yield f"the vectors of FAISS are not those of the database; {WAY_OUT}"
        if not found.is_searched_as(wanted):
            note_damage(folder)
            yield f"the words that are searched are not those of the database; {WAY_OUT}"
    except DamagedError as error:
        note_damage(folder)
        yield str(error)
    except StoreError as error:
        yield f"{error}; a build makes it again"


def _model(index_metadata: dict[str, Any], embedder: Embedder | None) -> Iterator[str]:
    """Yield what is wrong with the model: its revision, dimension and what it makes of a probe are still the same."""
    name = index_metadata["model"]
    if index_metadata["rule_version"] != RULE_VERSION:
        yield "passages are cut by an older rule; build again"
    try:
        if embedder is None or embedder.name != name:
            embedder = load_embedder(name)
        is_same = (embedder.dimension, embedder.fingerprint) == (
            index_metadata["dimension"],
            index_metadata["fingerprint"],
        )
        if not is_same or index_metadata.get("revision", revision(name)) != revision(name):
            yield f"the model {name} is not the one that the index was made with; {WAY_OUT}"
    except InterviewQAError as error:
        yield str(error)
