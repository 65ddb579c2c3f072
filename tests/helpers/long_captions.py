"""Captions that take quadratic time if a parser looks ahead from each place."""

TIMING = "00:00:01,000 --> 00:00:09,000\n"


def long_captions(n: int) -> dict[str, tuple[str, int, int]]:
    """Return what is long -> (text, segments, words that are said), of texts of n to 7 n characters."""
    few = n // 10
    return {
        "tags that never end": (f"WEBVTT\n\n{TIMING}" + "<" * n, 1, 1),
        "voices that never end": (f"WEBVTT\n\n{TIMING}" + "<v " * n, 1, n),
        "marks of speakers": (f"WEBVTT\n\n{TIMING}" + ">> &amp; " * few, 1, 2 * few),
        "times and blanks": (f"WEBVTT\n\n{TIMING}" + "<00:01> " * n + " " * n + "x", 1, 1),
        "braces that never end": (f"WEBVTT\n\n{TIMING}" + "{\\" * n, 1, 1),
        "blank lines": ("WEBVTT\n\n" + " \r" * n + TIMING + "x", 1, 1),
        "blanks before a cue": ("1\n" + " " * n + "\n" + "\r" * n + TIMING + "x y " * n, 1, 2 * n),
        "lines of a cue": (f"1\n{TIMING}" + "no\n" * few, 1, few),
        "cues": ("".join(f"1\n{TIMING}no{n}\n\n" for n in range(few)), few, few),
        "speakers within cues": ("".join(f"1\n{TIMING}A: no >> B: no{n}\n\n" for n in range(few)), 2 * few, 2 * few),
        "lines of a row": ("start\tend\ttext\n0\t1\tx\n" + "y\n" * few, 1, few + 1),
    }
