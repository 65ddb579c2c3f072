"""What a file, those beside it and its name say of an interview -> what is known about it.

Of several that speak, the first that says something is believed, field by field.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from index.types import Metadata

_Value = TypeVar("_Value")

# A table of names for those who speak, by what the file calls them.
SPEAKERS = "speakers"

# What a recording's file ends in.
RECORDINGS = frozenset(".mp3 .m4a .wav .ogg .opus .flac .aac .mp4 .m4v .mov .mkv .webm".split())

# By these keys, the best first; case, and whether a space, a dash or nothing parts their words, do not matter.
_TITLE = "title episode_title episode name".split()
_GUESTS = "guests guest interviewees interviewee narrators narrator".split()
_HOSTS = "hosts host interviewers interviewer".split()
_DATE = "date recorded recording_date interview_date published pubdate upload_date".split()
_MEDIA = "media media_url audio audio_url video video_url webpage_url url source link".split()
_LANGUAGE = "language lang".split()
_KEYS = {"title": _TITLE, "guests": _GUESTS, "hosts": _HOSTS, "date": _DATE, "media": _MEDIA, "language": _LANGUAGE}

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\d-])(?P<year>[12]\d{3})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)?)?(?![\d-])",
        r"(?<!\d)(?P<year>[12]\d{3})(?P<month>\d\d)(?P<day>\d\d)(?!\d)",
        rf"(?<!\d)(?P<day>\d\d?)(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>[12]\d{{3}})(?!\d)",
        rf"\b{_MONTH}\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<year>[12]\d{{3}})(?!\d)",
        rf"\b{_MONTH},?\s+(?P<year>[12]\d{{3}})(?!\d)",
    )
]
# In words, or after another's weekday ("Thu, 04 Mar 2021 10:00:00 GMT"), a date is met within a text; as digits
# it is all of it.
_WITHIN = _DATES[2:]

_NAME_WORD = re.compile(r"(?:[^\W\d_a-z]|(?:van|von|de|der|den|da|di|du|la|le|al|el|bin|ibn|y)\b)")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# Programs that transcribe name them, too.
_LANGUAGES = dict(
    pair.split("=")
    for pair in (
        "arabic=ar chinese=zh czech=cs danish=da dutch=nl english=en finnish=fi french=fr german=de greek=el hebrew=he"
        " hindi=hi hungarian=hu italian=it japanese=ja korean=ko norwegian=no polish=pl portuguese=pt russian=ru"
        " spanish=es swedish=sv turkish=tr ukrainian=uk"
    ).split()
)
# What a caption file's name may end in before its suffix: https://www.loc.gov/standards/iso639-2/php/code_list.php
_CODES = frozenset(
    "ab aa af ak sq am ar hy as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cv cy da de dv dz ee el en eo"
    " es et eu fa ff fi fil fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hz ia id ie ig ii ik io is it iu iw ja"
    " jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb"
    " nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr"
    " ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
# "How old is it.txt" is not in Italian; captions' names end in a language, or in nothing.
_WORDS = frozenset("am as be ha he hi ho is it la lo mi my na no nu om or os pa pi so ta ti to".split())
_TEXTS = frozenset("txt text md markdown docx html htm".split())
_CODE_AT_END = re.compile(r"\.(?P<code>[a-z]{2,3})(?P<more>(?:-[A-Za-z0-9]{2,8})*)$")
# What yt-dlp puts behind a title: https://www.youtube.com/watch?v=...
_VIDEO_AT_END = re.compile(r"\s*\[(?P<id>[\w-]{11})\]$", re.ASCII)
_DATE_IN_NAME = re.compile(r"(?<!\d)([12]\d{3})([-_.]?)([01]\d)\2([0-3]\d)(?!\d)")


class Fields(NamedTuple):
    """What one source says, in its own terms."""

    values: Mapping[str, object]
    folder: Path | None = None  # what a path in it is relative to; None where no path means anything


class FileContext(NamedTuple):
    """What is known of a file besides its content."""

    fields: Sequence[Fields] = ()  # of what lies beside it, the first that speaks is believed
    folder: Path | None = None  # where it lies; None in a zip
    recording: Path | None = None  # what lies beside it by the same name

    @property
    def speakers(self) -> dict[str, str]:
        """Return what those who speak are called instead of what the file calls them."""
        names: dict[str, str] = {}
        for fields in self.fields:
            table = fields.values.get(SPEAKERS)
            for label, value in table.items() if isinstance(table, Mapping) else ():
                name = _title(value)
                if name:
                    names.setdefault(label, name)
        return names


NOTHING = FileContext()


def merge_metadata(name: str, known: FileContext, said: Iterable[Mapping[str, object]] = ()) -> Metadata:
    """Return what is known of an interview: from beside its file, from what that says, from its name."""
    sources = [*known.fields, *(Fields(values, known.folder) for values in said)]
    found = [_about(fields) for fields in sources]
    found.append(Metadata(media=str(known.recording) if known.recording else None))
    found.append(metadata_of_name(name))
    return Metadata(
        title=_first(metadata.title for metadata in found),
        guests=_first(metadata.guests for metadata in found) or (),
        hosts=_first(metadata.hosts for metadata in found) or (),
        date=_first(metadata.date for metadata in found),
        media=_first(metadata.media for metadata in found),
        language=_first(metadata.language for metadata in found),
    )


def understood(field: str, value: object, folder: Path) -> object:
    """Return what a value means that a file in the folder gives for a field of `Metadata`, if it is clear."""
    return getattr(_about(Fields({field: value}, folder)), field)


def keys_for(field: str, values: Mapping[str, object]) -> list[str]:
    """Return the keys by which values speak of a field of `Metadata`, the first to be believed."""
    wanted = [_key(key) for key in _KEYS[field]]
    return sorted((key for key in values if _key(key) in wanted), key=lambda key: wanted.index(_key(key)))


def metadata_of_name(name: str) -> Metadata:
    """Return what the name of a transcript's file says."""
    stem, _, suffix = name.rsplit("/", 1)[-1].rpartition(".")
    stem, language = split_language(stem, suffix) if stem else (suffix, None)
    video = _VIDEO_AT_END.search(stem)
    if video and not (video["id"].isalpha() and (video["id"].islower() or video["id"].istitle())):
        stem, media = stem[: video.start()], f"https://www.youtube.com/watch?v={video['id']}"
    else:
        media = None
    dated = next(
        ((match, day) for match in _DATE_IN_NAME.finditer(stem) if (day := _iso(match[1], match[3], match[4]))), None
    )
    rest = f"{stem[: dated[0].start()]} {stem[dated[0].end() :]}" if dated else stem
    title = " ".join(re.sub(r"[-_]|\(\s*\)|\[\s*\]", " ", rest).split()).strip(" .,")
    title = title if any(character.isalnum() for character in title) else stem
    return Metadata(title.title() if title.islower() else title, (), (), dated[1] if dated else None, media, language)


def split_language(stem: str, suffix: str) -> tuple[str, str | None]:
    """Return the stem without the language that captions' names end in, as "Talk [id].en-orig", and that."""
    match = _CODE_AT_END.search(stem)
    if match is None or match["code"] not in _CODES or (match["code"] in _WORDS and suffix.lower() in _TEXTS):
        return stem, None
    return stem[: match.start()], _language(match["code"] + match["more"])


def _about(fields: Fields) -> Metadata:
    values: dict[str, object] = {}
    for key, value in fields.values.items():
        values.setdefault(_key(key), value)

    def first(keys: Sequence[str], meaning: Callable[[object], _Value | None]) -> _Value | None:
        return _first(meaning(values[_key(key)]) for key in keys if _key(key) in values)

    return Metadata(
        title=first(_TITLE, _title),
        guests=first(_GUESTS, _people) or (),
        hosts=first(_HOSTS, _people) or (),
        date=first(_DATE, _date),
        media=first(_MEDIA, lambda value: _media(value, fields.folder)),
        language=first(_LANGUAGE, _language),
    )


def _first(values: Iterable[_Value | None]) -> _Value | None:
    return next((value for value in values if value), None)


def _key(key: str) -> str:
    return re.sub(r"[\s_-]", "", key.lower())


def _title(value: object) -> str | None:
    """Return a title in one line; a number alone is which episode it is."""
    title = " ".join(value.split()) if isinstance(value, str) else ""
    return title if any(character.isalpha() for character in title) else None


def _people(value: object) -> tuple[str, ...]:
    names = dict.fromkeys(name for item in _items(value) for name in _split_names(item))
    return tuple(name for name in names if any(character.isalpha() for character in name))


def _items(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _items(value.get("name")) if isinstance(value.get("name"), str) else ()
    elif isinstance(value, Sequence):
        for item in value:
            # YAML's lists may hold themselves.
            yield from _items(item) if isinstance(item, str | Mapping) else ()


def _split_names(text: str) -> Iterator[str]:
    """Yield the names in "Ada Moss, Bo Lind and Cy Orr"; what follows "Ada Moss, PhD" is part of it."""
    groups = [part for part in re.split(r";|&|\band\b", " ".join(text.split())) if part.strip(" ,")]
    for group in groups:
        parts = [part.strip() for part in group.split(",") if part.strip()]
        whole = all(1 < len(part.split()) < 5 and all(map(_NAME_WORD.match, part.split())) for part in parts)
        listed = len(groups) > 1 and all(len(part.split()) == 1 for part in parts)
        yield from parts if whole or listed else [group.strip(" ,")]


def _date(value: object) -> str | None:
    """Return a day, a month or a year as ISO 8601 has it; None for what can be read in two ways."""
    if isinstance(value, date):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if value < 10**8 else ""
    if not isinstance(value, str):
        return None
    text = " ".join(value[:200].split())
    for pattern in _DATES:
        match = pattern.search(text) if pattern in _WITHIN else pattern.fullmatch(text.replace(" ", "T", 1))
        if match:
            fields = match.groupdict()
            return _iso(match["year"], fields.get("month"), fields.get("day"))
    return None


def _iso(year: str, month: str | None, day: str | None) -> str | None:
    if month and not month.isdecimal():
        month = str(_MONTHS.index(month.lower()) + 1)
    try:
        whole = date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return None
    return whole[: 10 if day else 7 if month else 4]


def _media(value: object, folder: Path | None) -> str | None:
    """Return a web address, or the absolute path of a recording; None for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    if not text.isprintable():
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme in ("http", "https"):
        return text if parts.netloc and " " not in text else None
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        text = unquote(parts.path)
    path = Path(text)
    if path.suffix.lower() not in RECORDINGS or "\0" in text or not (folder or path.is_absolute()):
        return None
    # A scheme is no folder: "javascript:...", "ftp://...".
    if parts.scheme not in ("", "file") and len(parts.scheme) > 1:
        return None
    return str((folder / path).resolve() if folder else path)


def _language(value: object) -> str | None:
    """Return a language's tag: "en", "pt-BR"."""
    if not isinstance(value, str):
        return None
    text = value.strip().replace("_", "-").removesuffix("-orig")
    name = _LANGUAGES.get(text.lower())
    if name or not _LANGUAGE_TAG.fullmatch(text):
        return name
    code, *more = text.lower().split("-")
    styles = {2: str.upper, 4: str.title}  # a country, a script
    return "-".join([code, *(styles.get(len(part), str)(part) for part in more)])
