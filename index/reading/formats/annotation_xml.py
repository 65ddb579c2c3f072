"""Transcripts in XML of research tools: ELAN, Transcriber, OHMS, Podlove Simple Transcripts, EXMARaLDA.

https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf, https://trans.sourceforge.net,
https://www.oralhistoryonline.org/documentation, https://podlove.org/simple-transcripts,
https://exmaralda.org/en/basic-transcription
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from index.reading.markup.xml_tree import Element, Text, parse_xml, root_name
from index.reading.scripts.lines import Line, text_lines
from index.reading.scripts.turns import read_lines
from index.types import Mark, ParsedFile, Segment

_SYNC = re.compile(r"\|(\d{1,9})\((\d{1,9})\)")
_OHMS_TRANSCRIPT = re.compile(r"<(?:\w++:)?transcript[\s>]")


def sniff(text: str) -> bool:
    """Whether the root element is one of these formats', with what tells it from others of the name."""
    name = root_name(text)
    return name in _PARSERS and (name != "ROOT" or bool(_OHMS_TRANSCRIPT.search(text)))


def parse(text: str) -> ParsedFile:
    """Return one segment for each annotation or turn, in the order of time. Raises MalformedError for invalid XML."""
    root = parse_xml(text)
    return _PARSERS[root.name](root)


def _elan(root: Element) -> ParsedFile:
    """Tiers of annotations, one tier a speaker; a tier that refers to another one, a translation say, is no speech."""
    times = {
        slot.attributes.get("TIME_SLOT_ID", ""): _number(slot.attributes.get("TIME_VALUE"), 1000.0)
        for slot in root.iter("TIME_SLOT")
    }
    segments = []
    for tier in root.iter("TIER"):
        if "PARENT_REF" in tier.attributes:
            continue
        speaker = tier.attributes.get("PARTICIPANT") or tier.attributes.get("TIER_ID")
        for annotation in tier.iter("ALIGNABLE_ANNOTATION"):
            refs = (annotation.attributes.get(f"TIME_SLOT_REF{n}", "") for n in (1, 2))
            start_s, end_s = (times.get(ref) for ref in refs)
            segments += _segments(next(annotation.iter("ANNOTATION_VALUE"), annotation), speaker, start_s, end_s)
    return ParsedFile(_by_time(segments))


def _transcriber(root: Element) -> ParsedFile:
    """Turns with speakers, cut where a Sync gives a time."""
    names = {who.attributes.get("id"): who.attributes.get("name") for who in root.iter("Speaker")}
    segments = []
    for turn in root.iter("Turn"):
        speaker = names.get(turn.attributes.get("speaker", "").split(" ")[0])
        parts: list[tuple[float | None, list[Text]]] = [(_number(turn.attributes.get("startTime")), [])]
        for child in turn.children:
            if isinstance(child, Text):
                parts[-1][1].append(child)
            elif child.name == "Sync":
                parts.append((_number(child.attributes.get("time")), []))
        parts = [(start_s, texts) for start_s, texts in parts if any(text.value.strip() for text in texts)]
        ends = [*(start_s for start_s, _ in parts[1:]), _number(turn.attributes.get("endTime"))]
        for (start_s, texts), end_s in zip(parts, ends, strict=bool(parts)):
            segments.append(_segment(texts, speaker, start_s, end_s))
    return ParsedFile(segments)


def _ohms(root: Element) -> ParsedFile:
    """A transcript as labelled text, and where in it each minute begins: `minute length:|line(word)|...`."""
    transcript = next(root.iter("transcript"))
    parsed = read_lines([line for text in transcript.texts() for line in _lines(text)])
    minute = root.value_of("sync").partition(":")[0]
    minute_s = 60.0 * float(minute) if minute.isdecimal() and len(minute) < 4 else 60.0
    marks = _minutes(transcript, _SYNC.findall(root.value_of("sync")), minute_s)
    segments = [_with_marks(segment, marks) for segment in parsed.segments]
    if segments and marks:
        segments[0] = replace(segments[0], start_s=0.0)
    fields = {"title": "title", "guest": "interviewee", "host": "interviewer", "media": "media_url"}
    metadata: dict[str, object] = {key: root.value_of(name) for key, name in fields.items()}
    metadata["date"] = next((date.attributes.get("value", "") for date in root.iter("date")), "")
    return ParsedFile(segments, {key: value for key, value in metadata.items() if value})


def _podlove(root: Element) -> ParsedFile:
    """Speeches of items with times."""
    segments = []
    for speech in root.iter("speech"):
        speaker = speech.value_of("speaker") or None
        items = [(item, text) for item in speech.iter("item") if (text := " ".join(item.text().split()))]
        if not items:
            continue
        words, marks = "", list[Mark]()
        for item, text in items:
            words += " " * bool(words)
            start_s = _clock(item.attributes.get("start"))
            if words and start_s is not None:
                marks.append(Mark(len(words), start_s))
            words += text
        first, last = items[0][0], items[-1][0]
        times = _clock(first.attributes.get("start")), _clock(last.attributes.get("end"))
        segments.append(Segment(words, first.start, last.end, speaker, *times, tuple(marks)))
    return ParsedFile(segments)


def _exmaralda(root: Element) -> ParsedFile:
    """Tiers of events on a timeline; only tiers of type "t" are speech."""
    times = {tli.attributes.get("id", ""): _number(tli.attributes.get("time")) for tli in root.iter("tli")}
    names = {
        who.attributes.get("id"): who.value_of("abbreviation") or who.attributes.get("id")
        for who in root.iter("speaker")
    }
    segments = []
    for tier in root.iter("tier"):
        if tier.attributes.get("type", "t") != "t":
            continue
        speaker = names.get(tier.attributes.get("speaker"))
        for event in tier.iter("event"):
            start_s, end_s = (times.get(event.attributes.get(name, "")) for name in ("start", "end"))
            segments += _segments(event, speaker, start_s, end_s)
    return ParsedFile(_by_time(segments))


_PARSERS = {
    "ANNOTATION_DOCUMENT": _elan,
    "Trans": _transcriber,
    "ROOT": _ohms,
    "transcripts": _podlove,
    "basic-transcription": _exmaralda,
}


def _segments(element: Element, speaker: str | None, start_s: float | None, end_s: float | None) -> list[Segment]:
    """Return the segment of an element; none if it has no words."""
    texts = [text for text in element.texts() if text.value.strip()]
    return [_segment(texts, speaker, start_s, end_s)] if texts else []


def _segment(texts: list[Text], speaker: str | None, start_s: float | None, end_s: float | None) -> Segment:
    words = " ".join("".join(text.value for text in texts).split())
    filled = [text for text in texts if text.value.strip()]
    return Segment(words, filled[0].start, filled[-1].end, speaker, start_s, end_s)


def _by_time(segments: list[Segment]) -> list[Segment]:
    """Return the segments of several tiers in the order of time; those without a time stay behind the one before."""
    last = 0.0
    keyed = []
    for segment in segments:
        last = last if segment.start_s is None else segment.start_s
        keyed.append((last, segment))
    return [segment for _, segment in sorted(keyed, key=lambda pair: pair[0])]


def _lines(text: Text) -> Iterator[Line]:
    for line in text_lines(text.value):
        yield line._replace(start=text.start + line.start, end=text.start + line.end)


def _minutes(transcript: Element, sync: list[tuple[str, str]], minute_s: float) -> list[tuple[int, float]]:
    """Return (file offset of the word at which a minute begins, seconds)."""
    text = next((text for text in transcript.texts()), None)
    if text is None:
        return []
    starts = [0, *(match.end() for match in re.finditer(r"\n", text.value))]
    marks = []
    for row, (line, word) in enumerate(sync, 1):
        at = int(line) - 1
        if 0 <= at < len(starts):
            words = list(re.finditer(r"\S+", text.value[starts[at] :].partition("\n")[0]))
            place = words[min(int(word), len(words)) - 1].start() if words and int(word) else 0
            marks.append((text.start + starts[at] + place, row * minute_s))
    return marks


def _with_marks(segment: Segment, marks: list[tuple[int, float]]) -> Segment:
    """Return the segment with the times that lie in it; offsets are exact where its text is as in the file."""
    inside = [(offset - segment.start, seconds) for offset, seconds in marks if segment.start <= offset < segment.end]
    placed = tuple(Mark(min(offset, len(segment.text)), seconds) for offset, seconds in inside)
    return replace(segment, marks=placed)


def _number(value: str | None, per_second: float = 1.0) -> float | None:
    try:
        return float(value) / per_second if value else None
    except ValueError:
        return None


def _clock(value: str | None) -> float | None:
    match = re.fullmatch(r"(?:(\d{1,9}):)?(\d{1,9}):(\d{1,9}(?:[.,]\d{1,9})?)", (value or "").strip())
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3].replace(",", ".")) if match else None
