"""A library's own questions as gold: each was asked and answered in it, and is hidden before it is asked again.

No labels are needed, so every library can be measured. Hosts lean on what was just said, so these questions
are harder than those of people who search; and who answers takes up the host's words, which makes them easier.
"""

import functools
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from index.embedding.binary_quantization import unpack_sign_bits
from index.embedding.embedder import Embedder
from index.search.search_index import save_search_index
from index.splitting.windows import make_windows, window_spans
from index.storage.database import Database
from index.storage.embedding_cache import add_encodings, digest, find_encoding
from index.storage.records import StoredPassage
from index.text.non_speech import blank_non_speech
from index.text.sentences import sentence_spans
from index.types import Passage, Span, Transcript
from qa.evaluation.gold_questions import GoldQuestion
from qa.question.follow_ups import is_follow_up
from qa.question.words import content_words

# With this many, a figure is sure to 7 points at 95 %.
QUESTIONS = 200

# A question needs this many content words, and must not be a follow-up.
FEWEST_WORDS = 3

# A shorter answer, "Yes, of course.", says nothing of what was asked.
SHORTEST_ANSWER_WORDS = 8


def hide_own_questions(
    folder: Path, hidden: Path, embedder: Embedder, progress: Callable[[int, int], None] = lambda *_: None
) -> list[GoldQuestion]:
    """Copy the index to `hidden`, an empty folder, without the askings of up to QUESTIONS questions; return these."""
    with Database.open(folder) as database:
        database.copy_to(hidden)
    with Database.create(hidden) as database:
        chosen = _choose(database)
        own = []
        with database.transaction(write=True):
            for done, (name, question, passages) in enumerate(chosen):
                progress(done, len(chosen))
                transcript = database.transcript(name)
                answers = [_hide(database, transcript, passage, embedder) for passage in passages]
                evidence = tuple((name, transcript.in_file(span)) for span in answers if span)
                own.append(GoldQuestion(f"own-{done + 1}", "own", question, (), evidence))
            state = token_hex(8)
            _, found = save_search_index(database, hidden, state, embedder.dimension)
            database.set_index_metadata(state=state, **found)
    return own


def _choose(database: Database) -> list[tuple[str, str, list[StoredPassage]]]:
    """Return (transcript, question, passages of its exchange), at random but always the same ones."""
    exchanges: dict[tuple[str, Span], list[StoredPassage]] = {}
    for transcript_id in database.transcript_ids().values():
        for passage in database.passages(transcript_id=transcript_id):
            if passage.question and not passage.is_aside:
                exchanges.setdefault((passage.transcript, passage.question), []).append(passage)
    text_of = functools.cache(lambda name: database.transcript(name).text)
    chosen = []
    for (name, asked), passages in exchanges.items():
        question = " ".join(text_of(name)[slice(*asked)].split())
        answer = text_of(name)[asked.end : passages[-1].span.end]
        tells = len(content_words(question)) >= FEWEST_WORDS and not is_follow_up(question)
        if tells and len(answer.split()) >= SHORTEST_ANSWER_WORDS:
            chosen.append((name, question, passages))
    return sorted(chosen, key=lambda each: sha256(each[1].encode()).digest())[:QUESTIONS]


def _hide(database: Database, transcript: Transcript, stored: StoredPassage, embedder: Embedder) -> Span | None:
    """Replace a passage by what was said after its question, and return that; None where there is nothing."""
    assert stored.question is not None
    text = transcript.text
    start = max(stored.span.start, stored.question.end)
    start += len(text[start : stored.span.end]) - len(text[start : stored.span.end].lstrip())
    if start >= stored.span.end:
        database.remove_passage(stored.id)
        return None
    span = Span(start, stored.span.end)
    passage = Passage(span, None, tuple(sentence_spans(blank_non_speech(text), *span)))
    said = blank_non_speech(text)[slice(*span)]
    key = digest(said, embedder.fingerprint)
    if find_encoding(database, key) is None:
        add_encodings(database, [key], embedder.encode([said]))
    found = find_encoding(database, key)
    assert found is not None
    encoding_id, signs = found
    (tokens,) = embedder.token_spans([said])
    windows = make_windows(
        window_spans(text, passage.sentences), span.start, tokens, unpack_sign_bits([signs], embedder.dimension)
    )
    database.replace_passage(stored.id, transcript, passage, encoding_id, windows)
    return span
