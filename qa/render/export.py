"""Export: a passage as a quote with its source, a chat as Markdown or JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from qa.answering.answer import Answer, CitedPassage
from qa.render.media_links import is_web, link
from qa.render.render import NOT_ASKED, as_json, one_line, place, said
from qa.types import GeneratedAnswer

NOTHING: Mapping[int, GeneratedAnswer] = MappingProxyType({})


def quote(passage: CitedPassage) -> str:
    """Return the highlighted words as a quote with its source: verbatim, in one paragraph."""
    start, end = passage.highlight[0].start, passage.highlight[-1].end
    address = link(passage.metadata.media, passage.start_s)
    # The path of a local recording is private.
    source = f"{place(passage)}{f', {address}' if address and is_web(address) else ''}"
    return f"“{one_line(passage.text[start:end]).strip()}”\n— {source}"


def chat_as_markdown(turns: Sequence[tuple[str, Answer]], spoken: Mapping[int, GeneratedAnswer] = NOTHING) -> str:
    """Return a chat as Markdown: each question with its passages, best first, the highlight in bold.

    `spoken` maps the row of a turn to a model's answer; it stands above the passages, which are then numbered.
    """
    blocks = []
    for row, (question, answer) in enumerate(turns):
        blocks.append(f"## {_plain(question)}")
        if not answer.matched:
            blocks.append(NOT_ASKED)
        voice = _with_words(spoken.get(row))
        if voice:
            sentences = " ".join(_plain(_with_citations(each.text, each.cites)) for each in voice.sentences)
            blocks += [f"*Written by {_plain(voice.model)} from the passages below, not said by anybody:*", sentences]
        for rank, passage in enumerate(answer.passages, 1):
            lines = [f"**{_plain(one_line(passage.question))}**"] if passage.question else []
            for speaker, parts in said(passage):
                words = "".join(f"**{_plain(t.strip())}** " if marked else _plain(t) for t, marked in parts).strip()
                lines.append(f"{_plain(speaker)}: {words}" if speaker else words)
            address = link(passage.metadata.media, passage.start_s)
            source = (
                f"[{_plain(place(passage))}](<{address}>)" if address and is_web(address) else _plain(place(passage))
            )
            number = _plain(f"[{rank}] ") if voice else ""
            blocks.append("\n>\n".join(f"> {line}" for line in [*lines, f"— {number}{source}"]))
    return "\n\n".join(blocks) + "\n"


def chat_as_json(turns: Sequence[tuple[str, Answer]], spoken: Mapping[int, GeneratedAnswer] = NOTHING) -> str:
    """Return a chat as a JSON list of what `ask --json` writes, each with its question.

    `spoken` maps the row of a turn to a model's answer, which becomes the field "model".
    """
    answers = []
    for row, (question, answer) in enumerate(turns):
        answers.append(json.loads(as_json(answer, question=question)))
        if voice := _with_words(spoken.get(row)):
            sentences = [{"text": each.text, "passages": list(each.cites)} for each in voice.sentences]
            answers[-1]["model"] = {"name": voice.model, "sentences": sentences}
    return json.dumps(answers, ensure_ascii=False, indent=1) + "\n"


def _with_words(spoken: GeneratedAnswer | None) -> GeneratedAnswer | None:
    """Return the model's answer if it has sentences."""
    return spoken if spoken and spoken.sentences else None


def _with_citations(text: str, cites: Sequence[int]) -> str:
    return " ".join([text, *(f"[{rank}]" for rank in cites)])


def _plain(text: str) -> str:
    """Return the text with Markdown's special characters escaped."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~$&])", r"\\\1", one_line(text))
    # At the start of a line these make lists and headings.
    return re.sub(r"^(\s*\d*)([-+.)=])", r"\1\\\2", escaped)
