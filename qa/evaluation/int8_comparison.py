"""Interviews of a library, copied into a small one of their own: as the model read them, or read in full precision.

What int8 costs is seen by asking both. Neither the library nor its files are needed in full precision for that.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np

from index.embedding.backend_selection import select_backend
from index.embedding.binary_quantization import unpack_sign_bits
from index.embedding.embedder import Embedder
from index.embedding.model_registry import FULL
from index.search.search_index import Snapshot, save_search_index
from index.splitting.passages import whole_text
from index.splitting.windows import WINDOW, Windows
from index.storage.database import Database
from index.storage.embedding_cache import add_encodings, digest, find_encoding, load_rows, store_rows
from index.storage.index_metadata import encoder_id
from index.storage.records import StoredPassage
from index.text.non_speech import blank_non_speech
from index.types import Passage, Transcript
from qa.answering.library import Library
from qa.evaluation.gold_questions import GoldQuestion

# So many passages are read again in about a minute.
MOST_PASSAGES = 3_000


def sample(snapshot: Snapshot, questions: Sequence[GoldQuestion]) -> tuple[list[GoldQuestion], list[str]]:
    """Return answerable questions, the first ones, and the interviews that they are about: MOST_PASSAGES, if need be.

    The first question's interviews are taken however long they are.
    """
    sizes = {
        name: len(snapshot.database.passages(transcript_id=i)) for name, i in snapshot.database.transcript_ids().items()
    }
    chosen, names = list[GoldQuestion](), set[str]()
    for question in questions:
        about = names | {name for name, _ in question.evidence}
        if question.evidence and (not names or sum(sizes[name] for name in about) <= MOST_PASSAGES):
            chosen.append(question)
            names = about
    return chosen, sorted(names)


def copy_as_read(library: Library, names: Sequence[str], folder: Path, embedder: Embedder) -> Library:
    """Copy interviews into a library in an empty folder, with what the model made of them."""
    with library.snapshot() as snapshot:
        read_by = encoder_id(snapshot.index_metadata)

        def make(database: Database, texts: Sequence[str]) -> str:
            found = (find_encoding(snapshot.database.connection, digest(text, read_by)) for text in texts)
            store_rows(
                database.connection, load_rows(snapshot.database.connection, [each[0] for each in found if each])
            )
            return read_by

        return _copy(library, snapshot, names, folder, embedder, make, {})


def copy_in_full(
    library: Library,
    names: Sequence[str],
    folder: Path,
    embedder: Embedder,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Library:
    """Copy interviews into a library in an empty folder, and have the model read them in full precision."""

    def make(database: Database, texts: Sequence[str]) -> str:
        done = 0
        for rows, encoded in select_backend(embedder, len(texts)).encode_in_batches(texts):
            keys = [digest(texts[row], embedder.fingerprint) for row in rows]
            add_encodings(database.connection, keys, encoded)
            done += len(rows)
            progress(done, len(texts))
        return embedder.fingerprint

    with library.snapshot() as snapshot:
        return _copy(library, snapshot, names, folder, embedder, make, {"precision": FULL})


def _copy(
    library: Library,
    snapshot: Snapshot,
    names: Sequence[str],
    folder: Path,
    embedder: Embedder,
    make: Callable[[Database, Sequence[str]], str],
    index_metadata: dict[str, Any],
) -> Library:
    """Copy interviews. `make` stores what the model makes of texts, and returns by whom they were read."""
    ids, files = snapshot.database.transcript_ids(), snapshot.database.files()
    transcripts = [library.transcript(snapshot, name) for name in names]
    passages = [snapshot.database.passages(transcript_id=ids[name]) for name in names]
    texts = [_texts(*each) for each in zip(transcripts, passages, strict=True)]
    with Database.create(folder) as database, database.transaction(write=True):
        read_by = make(database, list(dict.fromkeys(text for some in texts for text in some)))
        for transcript, some, said in zip(transcripts, passages, texts, strict=True):
            found = snapshot.database.token_vectors(passage.id for passage in some)
            added = []
            for passage, text in zip(some, said, strict=True):
                encoding = find_encoding(database.connection, digest(text, read_by))
                assert encoding is not None, "every text was read"
                windows = _windows(found[passage.id].windows, encoding[1], embedder.dimension)
                copied = Passage(passage.span, passage.question, (), passage.is_aside, passage.guest_share)
                added.append((copied, encoding[0], windows))
            database.add(transcript, *files[transcript.name], added)
        state = token_hex(8)
        _, made = save_search_index(database, folder, state, embedder.dimension)
        database.set_index_metadata(
            **snapshot.index_metadata | {"centroids_of": 0} | index_metadata | made | {"state": state}
        )
    return Library(folder, embedder)


def _texts(transcript: Transcript, passages: Sequence[StoredPassage]) -> list[str]:
    """Return what the model read of each passage."""
    said = blank_non_speech(transcript.text)
    return [whole_text(said, passage.span, passage.question) for passage in passages]


def _windows(stored: bytes, signs: bytes, dimension: int) -> Windows:
    """Return a passage's windows where its tokens' vectors have these signs."""
    windows, vectors = np.frombuffer(stored, WINDOW).copy(), unpack_sign_bits([signs], dimension)
    for window in windows:
        norm = float(np.linalg.norm(vectors[window["first"] : window["last"]].sum(axis=0)))
        window["norm"] = max(norm, 1.0)
    return windows
