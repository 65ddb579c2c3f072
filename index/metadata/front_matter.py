"""YAML between two lines `---`, or TOML between two `+++`, at the top of a text: what it says of itself.

https://jekyllrb.com/docs/front-matter/
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

import yaml

from index.errors import MalformedError
from index.types import ParseWarning, Span

# A page of description is 5,000 characters. PyYAML reads some 100,000 in a second.
MOST_CHARS = 32_000

# Where what was said is in it as well.
MOST_LISTED_CHARS = 400_000

# With one of these it is front matter. "Host: Welcome." between two rules is speech.
_KEYS = (
    "title episode_title episode date recorded recording_date published pubdate upload_date media media_url url audio"
    " audio_url video video_url webpage_url source link language lang layout tags author description"
).split()

# With nothing but these it is, if all that they say is names: "guest: Ada Moss", but not "guest: Thank you".
_PEOPLE = "guests guest interviewees interviewee narrators narrator hosts host interviewers interviewer".split()
_WITHIN_NAMES = frozenset("and von van der den de da di du del la le el al bin y zu ten ter".split())
# Four people with long names; what has more words is a sentence.
MOST_NAME_WORDS = 12

# What YAML has for no value.
_NOTHING = ("", "~", "null")

_BEGINS = re.compile(r"\ufeff?---[ \t]*(?:\r\n?|\n)")
_LISTED = re.compile(
    r"^(?:transcript|transcription|captions|segments|dialogue|lines):[ \t]*+\n++[ \t]*+-[ \t]", re.MULTILINE
)
_TOML = re.compile(r"\ufeff?\+\+\+[ \t]*+\r?\n(.*?)^\+\+\+[ \t\r]*+$", re.DOTALL | re.MULTILINE)
_ENDS = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
# Without quotes, brackets and whatever else has a meaning in YAML.
_PLAIN_FIELD = re.compile(r"(?P<key>[A-Za-z_]{1,40}):[ \t]+(?P<value>[^\s&*!|>{\[\\\"'][^\\\"]*)")
_KEY = re.compile(r"^([^\s:#][^:\r\n]*+):(?=\s|$)", re.MULTILINE)


def split_front_matter(text: str) -> tuple[str, Mapping[str, object], list[ParseWarning]]:
    """Return the text with its front matter blanked, character by character, its fields, and warnings.

    Invalid YAML costs the front matter, and is a warning. Without front matter, returns the text unchanged.
    """
    begins = _BEGINS.match(text)
    return _split_yaml(text, begins.end()) if begins else _split_toml(text)


def _split_yaml(text: str, start: int) -> tuple[str, Mapping[str, object], list[ParseWarning]]:
    """Do the same for YAML, whose first line ends at `start`."""
    head = text[start : start + MOST_CHARS]
    # `$` ends a line at \n only; the length stays.
    ends = _ENDS.search(re.sub(r"\r", "\n", head))
    if ends is None:
        return text, {}, []
    written = head[: ends.start()]
    keys = [key.strip() for key in _KEY.findall(re.sub(r"\r\n?", "\n", written))]
    often = Counter(key.lower() for key in keys)
    is_of_people = {*keys} <= {*_PEOPLE}
    # In a mapping a key is there once; who speaks does so again.
    if not keys or max(often.values()) > 1 or not (is_of_people or often.keys() & {*_KEYS}):
        return text, {}, []
    try:
        fields = _parsed(written, start)
    except MalformedError as error:
        if is_of_people:
            return text, {}, []
        end = start + ends.end()
        return _blank(text, end), _readable_fields(written), [ParseWarning(error.offset, str(error))]
    # A list of objects may be what was said.
    if fields is None or listed_in(text) or (is_of_people and not _are_names([*fields.values()])):
        return text, {}, []
    end = start + ends.end()
    return _blank(text, end), fields, []


def _are_names(value: object) -> bool:
    """Whether a value is one name or several: words with a capital, and what stands within names."""
    if isinstance(value, list):
        return bool(value) and all(map(_are_names, value))
    words = re.findall(r"[^\s,;&]+", value) if isinstance(value, str) else []
    are_short = 0 < len(words) <= MOST_NAME_WORDS and words[-1][-1].isalnum()
    return are_short and all(word[0].isupper() or word in _WITHIN_NAMES for word in words)


def listed_in(text: str) -> Span | None:
    """Return the place of front matter that holds a transcript as a list, or None."""
    begins = _BEGINS.match(text)
    text = text[:MOST_LISTED_CHARS].replace("\r", "\n") if begins else ""  # for `^`
    found = _LISTED.search(text, begins.end()) if begins else None
    ends = _ENDS.search(text, found.end()) if found else None
    return Span(begins.end(), ends.start()) if begins and found and ends else None


def _split_toml(text: str) -> tuple[str, Mapping[str, object], list[ParseWarning]]:
    """Do the same for TOML, which is front matter only if it is TOML: https://gohugo.io/content-management/front-matter."""
    match = _TOML.match(text, 0, MOST_CHARS)
    if match is None:
        return text, {}, []
    warnings = []
    try:
        fields = tomllib.loads(match[1])
    except (tomllib.TOMLDecodeError, RecursionError):
        return text, {}, []
    except ValueError as error:
        # A number too long for Python, say: the other lines may be read.
        warnings = [ParseWarning(match.start(1), f"the front matter has an invalid value: {error}")]
        fields = _toml_lines(match[1])
    if not fields.keys() & set(_KEYS):
        return text, {}, []
    shown = {key: value if isinstance(value, str | list) else _as_text(value) for key, value in fields.items() if value}
    return _blank(text, match.end()), {key: value for key, value in shown.items() if value}, warnings


def _toml_lines(written: str) -> dict[str, object]:
    """Return the fields of the lines that are valid TOML by themselves."""
    fields: dict[str, object] = {}
    for line in written.splitlines():
        with suppress(ValueError, RecursionError):
            fields |= tomllib.loads(line)
    return fields


def _as_text(value: object) -> str:
    """Return a value as text; nothing for a number that Python refuses to write."""
    try:
        return str(value)
    except ValueError:
        return ""


def _readable_fields(written: str) -> dict[str, object]:
    """Return the fields of invalid YAML whose lines are a plain `key: value`."""
    matches = (_PLAIN_FIELD.fullmatch(line.rstrip()) for line in written.splitlines())
    return {match["key"]: match["value"].strip() for match in matches if match}


def _blank(text: str, end: int) -> str:
    return re.sub(r"[^\r\n]", " ", text[:end]) + text[end:]


def _parsed(written: str, start: int) -> dict[str, object] | None:
    """Return what the YAML says, None where it is no mapping; `start` is where it stands in the text."""
    try:
        # Everything stays as it is written: Norwegian is "no" and not False, and 2021-02-30 is no error.
        found = yaml.load(written, yaml.BaseLoader)  # noqa: S506 - makes strings, lists and dicts only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = min(mark.index, len(written.rstrip())) if mark else 0
        raise MalformedError(
            start + place, f"the front matter is invalid YAML: {error.problem or error.context}"
        ) from error
    except yaml.reader.ReaderError as error:
        raise MalformedError(start + error.position, f"the front matter is invalid YAML: {error.reason}") from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise MalformedError(start, "the front matter is invalid YAML") from error
    if not isinstance(found, dict):
        return None
    return {str(key): value for key, value in found.items() if value not in _NOTHING}
