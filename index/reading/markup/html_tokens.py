"""HTML as tags and the text between them, each with its place.

The standard library's parser takes 46 s for 60 kB of `<a <a <a` (Python 3.11), fails on `<![` and counts in
lines; here every character is looked at a few times at most. https://html.spec.whatwg.org/#tokenization
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

# After the name come attributes; quotes count after `=` only, and another `<` means that this was no tag.
_TAG = re.compile(
    r"<(?P<slash>/?)(?P<name>[a-zA-Z][^\s/<>]*+)(?P<attributes>(?:[^<>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"'])*+)>"
)
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]++)))?+")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z][a-zA-Z0-9]{1,31};?)")

# Between these tags everything is text, and in some of them no text that anybody sees.
_RAW = frozenset("script style xmp iframe noembed noframes textarea title".split())
_UNSEEN = frozenset("script style iframe noembed noframes".split())


class Tag(NamedTuple):
    """One tag, from `<` to behind `>`."""

    name: str  # in small letters, without what an XML namespace puts before it
    start: int
    end: int
    opens: bool
    closes: bool
    written: str  # its attributes

    def attributes(self) -> dict[str, str]:
        """Return the attributes by their names in small letters; the first counts."""
        found: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(self.written):
            found.setdefault(name.lower(), unescape(double or single or bare))
        return found


class Words(NamedTuple):
    """What stands between two tags, decoded."""

    text: str
    start: int
    end: int


def unescape(text: str) -> str:
    """Replace character references; unlike `html.unescape`, leave those of a thousand digits alone."""
    return _REFERENCE.sub(lambda match: html.unescape(match.group()), text) if "&" in text else text


def scan(text: str) -> Iterator[Tag | Words]:
    """Yield tags and what is between them, in their order; comments and declarations are left out.

    Text that only looks like a tag is text.
    """
    at = 0
    missing: set[str] = set()  # ends that are met no more

    def find(end: str, start: int) -> int:
        """Return the offset after the next `end`, or -1."""
        place = -1 if end in missing else text.find(end, start)
        if place < 0:
            missing.add(end)
        return place + len(end) if place >= 0 else -1

    while at < len(text):
        bracket = text.find("<", at)
        if bracket != at:
            end = bracket if bracket >= 0 else len(text)
            yield Words(unescape(text[at:end]), at, end)
            at = end
        elif tag := _TAG.match(text, at):
            found = _tag(tag)
            yield found
            at = found.end
            if found.name in _RAW and found.opens and not found.closes:
                end = _raw_end(text, at, found.name, missing)
                if found.name not in _UNSEEN and end > at:
                    yield Words(unescape(text[at:end]), at, end)
                at = end
        elif text.startswith("<![CDATA[", at) and (end := find("]]>", at)) > 0:
            yield Words(text[at + 9 : end - 3], at + 9, end - 3)
            at = end
        elif text.startswith(("<!", "<?", "</"), at) and (end := find(_declaration_end(text, at), at + 2)) > 0:
            at = end
        else:
            yield Words("<", at, at + 1)
            at += 1


def _declaration_end(text: str, at: int) -> str:
    return "-->" if text.startswith("<!--", at) else ">"


def _tag(match: re.Match[str]) -> Tag:
    written = match["attributes"]
    is_end = match["slash"] == "/"
    closes = is_end or written.endswith("/")
    name = match["name"].lower().rpartition(":")[2]
    return Tag(name, match.start(), match.end(), not is_end, closes, written)


def _raw_end(text: str, start: int, name: str, missing: set[str]) -> int:
    """Return where the end tag of an element begins within which tags are text; without one, only code goes on."""
    if name not in missing:
        end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, start)
        if end:
            return end.start()
        missing.add(name)
    return len(text) if name in ("script", "style") else start
