"""The encodings from before Unicode: which one a text is in, by the letters that its language has.

One byte is "ł" in Kraków, "³" in Paris and "Ё" in Minsk. For Latin letters the alphabets below decide, for
other scripts charset-normalizer, which is given a sample, and a short list to choose from.
"""

from collections import Counter
from collections.abc import Iterator

# Letters beyond a-z, and the encodings that hold them.
_WESTERN = ("cp1252", "mac_roman", "cp850")
_CENTRAL = ("cp1250", "iso8859_2")
_BALTIC = ("cp1257", "iso8859_13")
_ALPHABETS = {
    "German": ("äöüß", _WESTERN),
    "French": ("àâæçéèêëîïôœùûü", _WESTERN),
    "Spanish": ("áéíñóúü¿¡ºª", _WESTERN),
    "Portuguese": ("áâãàçéêíóôõúºª", _WESTERN),
    "Italian": ("àèéìòùî", _WESTERN),
    "Swedish, Finnish": ("åäöé", _WESTERN),
    "Danish, Norwegian": ("æøåéòó", _WESTERN),
    "Dutch": ("éëèêïöüáàç", _WESTERN),
    "Catalan": ("àçèéíïòóúü·¿¡", _WESTERN),
    "Icelandic, Irish": ("áéíóúýþæðö", _WESTERN[:1]),
    "Estonian": ("äöüõšž", _WESTERN[:1]),
    "Polish": ("ąćęłńóśźż", _CENTRAL),
    "Czech, Slovak": ("áäčďéěíĺľňóôŕřšťúůýž", _CENTRAL),
    "Hungarian": ("áéíóöőúüű", _CENTRAL),
    "Croatian, Slovene": ("čćđšž", _CENTRAL),
    "Romanian": ("ăâîşţ", _CENTRAL),
    "Turkish": ("âçğıîöşüûİ", ("cp1254",)),
    "Lithuanian": ("ąčęėįšųūž", _BALTIC),
    "Latvian": ("āčēģīķļņōŗšūž", _BALTIC),
}
# What stands between letters in every language.
_SIGNS = "“”„‟‘’‚–—…«»‹›•·§°©®€™£½¼¾\u00a0\u00ad"

# An alphabet fits if nearly all letters are in it; a few letters prove nothing.
FITS_SHARE = 0.97
MARGIN = 0.04
FEWEST_LETTERS = 12

_SAMPLE_BYTES = 60_000
MOST_BYTES_OF_ONE = 4
N_PARTS = 4
# Of each language's encodings the one that has them all: what Windows calls Shift-JIS, not the standard.
_OTHER_SCRIPTS = {
    "cp1251": "cp1251", "koi8_r": "koi8_r", "koi8_u": "koi8_u", "cp866": "cp866", "iso8859_5": "iso8859_5",
    "mac_cyrillic": "mac_cyrillic", "cp1253": "cp1253", "iso8859_7": "iso8859_7", "cp1255": "cp1255",
    "cp1256": "cp1256", "iso8859_6": "iso8859_6", "cp874": "cp874", "gb18030": "gb18030", "big5": "big5hkscs",
    "shift_jis": "cp932", "euc_jp": "euc_jp", "euc_kr": "cp949",
}  # fmt: skip
# Sure is: hardly a strange character, and letters as often as the language has them. For the syllables of Japanese
# and Korean the library knows no such order; there the script itself tells.
MOST_CHAOS = 0.12
LEAST_COHERENCE = 0.2
_SYLLABLES = {"shift_jis": (0x3041, 0x30FF), "euc_jp": (0x3041, 0x30FF), "euc_kr": (0xAC00, 0xD7A3)}
SYLLABLES_SHARE = 0.2


def latin_encoding(data: bytes) -> str:
    """Return the encoding of a text mostly in ASCII that is not UTF-8: Windows-1252, unless its letters say no."""
    often = Counter(data.translate(None, delete=bytes(range(0x80))))
    shares: dict[str, float] = {}
    for letters, encodings in _ALPHABETS.values():
        for encoding in encodings:
            shares[encoding] = max(shares.get(encoding, 0.0), _share(often, letters, encoding))
    best = max(shares, key=lambda encoding: shares[encoding])
    is_sure = shares[best] >= max(FITS_SHARE, shares["cp1252"] + MARGIN) and often.total() >= FEWEST_LETTERS
    return best if is_sure else "cp1252"


def other_encoding(data: bytes) -> str | None:
    """Return the encoding of a text in another script; None where that is not sure."""
    from charset_normalizer import from_bytes

    if b"\x1b$B" in data or b"\x1b$@" in data:
        return "iso2022_jp"
    encodings = list(_OTHER_SCRIPTS)
    found = (from_bytes(sample, cp_isolation=encodings, enable_fallback=False).best() for sample in _samples(data))
    best = next((match for match in found if match and match.chaos <= MOST_CHAOS), None)
    if best is None:
        return None
    text = str(best)
    first, last = _SYLLABLES.get(best.encoding, (1, 0))
    n_syllables = sum(first <= ord(character) <= last for character in text)
    n_beyond = sum(ord(character) >= 0x80 for character in text)
    is_sure = best.coherence >= LEAST_COHERENCE or n_syllables > SYLLABLES_SHARE * n_beyond
    return _OTHER_SCRIPTS[best.encoding] if is_sure else None


def _samples(data: bytes) -> Iterator[bytes]:
    """Yield parts of a text until one of them has no cut character, and no byte that means nothing."""
    for n_cut in range(MOST_BYTES_OF_ONE if len(data) > _SAMPLE_BYTES else 1):
        yield data[: _SAMPLE_BYTES - n_cut]
    lines = data[:_SAMPLE_BYTES].splitlines()
    for row in range(min(len(lines) - 1, N_PARTS)):
        yield b"\n".join(lines[row::N_PARTS])


def _share(often: Counter[int], letters: str, encoding: str) -> float:
    """Return which share of the bytes beyond ASCII are these letters, small or capital, or signs."""
    known = (letters + letters.upper() + _SIGNS).encode(encoding, "ignore")
    return sum(often[byte] for byte in set(known)) / max(1, often.total())
