"""Rev and Rev AI: monologues of elements, words and what is between them; times in seconds, or as clocks.

https://docs.rev.ai/api/asynchronous/; a transcript that people typed names its speakers in a list.
"""

from collections.abc import Iterator, Mapping

from index.reading.json_text.fields import (
    Row,
    dicts,
    holds,
    metadata,
    numbered,
    root_of,
    rows_of,
    seconds,
    speaker,
    timed,
)
from index.reading.json_text.positioned_json import Said, parse_json
from index.reading.json_text.timed_words import Word, in_breaths, segments, word
from index.types import ParsedFile

# Without white space among its elements a file means some behind these.
_CLOSING = (".", ",", "?", "!", ";", ":")


def sniff(text: str) -> bool:
    """Whether a text is an object with monologues that have elements."""
    return holds(root_of(text).get("monologues"), lambda row: "elements" in row)


def parse(text: str) -> ParsedFile:
    """Return one segment for each breath of a monologue.

    Raises MalformedError for an element without a value.
    """
    root = parse_json(text)
    data = root.data if isinstance(root.data, dict) else {}
    names = {row["id"]: speaker(row) for row in dicts(data.get("speakers")) if isinstance(row.get("id"), float | str)}
    found = [
        said
        for monologue in rows_of(root.get("monologues"), "a monologue")
        for said in segments(in_breaths(_words(monologue, _speaker(monologue.data, names))))
    ]
    return ParsedFile(found, metadata(data), separator=" ")


def _speaker(monologue: Mapping[str, object], names: Mapping[object, str | None]) -> str | None:
    known, info = monologue.get("speaker"), monologue.get("speaker_info")
    named = names.get(known) if isinstance(known, float | str) else None
    shown = speaker(info.get("display_name")) if isinstance(info, dict) else None
    return named or shown or numbered(known)


def _words(monologue: Row, who: str | None) -> Iterator[Word]:
    """Yield words with what follows them: punctuation has no time of its own, and white space is punctuation."""
    elements = list(rows_of(monologue.value.get("elements"), "an element"))
    has_space = any(isinstance(value := e.data.get("value"), str) and value.isspace() for e in elements)
    last: Word | None = None
    for element in elements:
        said = _said(element)
        if said is not None and element.data.get("type") == "tag":
            # What was heard and is no word: "[crosstalk]".
            said = said.altered(f"[{said.text}]")
        if said is None:
            if last and element.data.get("value"):
                last = last._replace(text=f"{last.text} ")
        elif last and element.data.get("type") == "punct":
            last = last._replace(text=last.text + said.text)
        else:
            is_tag = element.data.get("type") == "tag"
            if last:
                needs_space = not last.text[-1].isspace() and (
                    is_tag
                    or last.text.endswith("]")
                    or (not has_space and (last.text[-1].isalnum() or last.text.endswith(_CLOSING)))
                )
                yield last._replace(text=f"{last.text} ") if needs_space else last
            start_s, end_s = (
                _seconds(element.data, *keys) for keys in (("ts", "timestamp"), ("end_ts", "end_timestamp"))
            )
            last = word(said, timed(start_s, end_s, who))
    if last:
        yield last


def _said(element: Row) -> Said | None:
    """Return what an element says; some sounds have a name in place of a value."""
    name = "value" if "value" in element.data or "name" not in element.data else "name"
    return element.text(name, expected="an element's value")


def _seconds(element: Mapping[str, object], *keys: str) -> float | None:
    return next((seconds(element[key]) for key in keys if key in element), None)
