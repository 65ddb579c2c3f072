"""JSON transcripts for tests, written as the programs write them."""

from collections.abc import Sequence
from typing import NamedTuple


class Turn(NamedTuple):
    """What a speaker, known by a number, says from a second on, a word every half second."""

    speaker: int
    start_s: float
    words: list[str]

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def timed(self) -> list[tuple[str, float, float]]:
        return [(word, self.start_s + at / 2, self.start_s + at / 2 + 0.25) for at, word in enumerate(self.words)]

    @property
    def end_s(self) -> float:
        return self.timed()[-1][2]


def as_whisper(turns: Sequence[Turn]) -> object:
    return {
        "text": "".join(f" {turn.text}" for turn in turns),
        "segments": [{"id": 1, "start": t.start_s, "end": t.end_s, "text": f" {t.text}"} for t in turns],
        "language": "en",
    }


def as_whisperx(turns: Sequence[Turn]) -> object:
    return {
        "segments": [
            {
                "start": turn.start_s,
                "end": turn.end_s,
                "text": turn.text,
                "words": [
                    {"word": word, "start": start, "end": end, "score": 0.9, "speaker": f"SPEAKER_{turn.speaker:02}"}
                    for word, start, end in turn.timed()
                ],
                "speaker": f"SPEAKER_{turn.speaker:02}",
            }
            for turn in turns
        ]
    }


def as_whispercpp(turns: Sequence[Turn]) -> object:
    offsets = [{"from": ms(turn.start_s), "to": ms(turn.end_s)} for turn in turns]
    return {"transcription": [{"offsets": o, "text": f" {t.text}"} for o, t in zip(offsets, turns, strict=True)]}


def as_youtube(turns: Sequence[Turn]) -> object:
    return [{"text": t.text, "start": t.start_s, "duration": t.end_s - t.start_s + 9} for t in turns]


def as_json3(turns: Sequence[Turn]) -> object:
    events: list[object] = [{"tStartMs": 0, "dDurationMs": 9, "wpWinPosId": 1}]
    for turn in turns:
        segs = [
            {"utf8": f" {word}" if at else word, **({"tOffsetMs": ms(start - turn.start_s)} if at else {})}
            for at, (word, start, _) in enumerate(turn.timed())
        ]
        events.append({"tStartMs": ms(turn.start_s), "dDurationMs": ms(turn.end_s - turn.start_s) + 900, "segs": segs})
        events.append({"tStartMs": ms(turn.end_s), "aAppend": 1, "segs": [{"utf8": "\n"}]})
    return {"wireMagic": "pb3", "events": events}


def as_podcast(turns: Sequence[Turn]) -> object:
    return {
        "version": "1.0.0",
        "segments": [
            {"speaker": f"Ada {turn.speaker}", "startTime": start, "endTime": end, "body": word}
            for turn in turns
            for word, start, end in turn.timed()
        ],
    }


def as_assemblyai(turns: Sequence[Turn]) -> object:
    return {
        "text": " ".join(turn.text for turn in turns),
        "utterances": [
            {
                "speaker": "ABC"[turn.speaker],
                "text": turn.text,
                "start": ms(turn.start_s),
                "end": ms(turn.end_s),
                "words": [{"text": word, "start": ms(start), "end": ms(end)} for word, start, end in turn.timed()],
            }
            for turn in turns
        ],
    }


def as_revai(turns: Sequence[Turn]) -> object:
    space = {"type": "punct", "value": " "}
    return {
        "monologues": [
            {
                "speaker": turn.speaker,
                "elements": [
                    element
                    for word, start, end in turn.timed()
                    for element in (space, {"type": "text", "value": word, "ts": start, "end_ts": end})
                ][1:],
            }
            for turn in turns
        ]
    }


def deepgram_words(turn: Turn) -> list[dict[str, object]]:
    return [
        {"word": word.lower(), "punctuated_word": word, "start": start, "end": end, "speaker": turn.speaker}
        for word, start, end in turn.timed()
    ]


def as_deepgram(turns: Sequence[Turn]) -> object:
    words = [word for turn in turns for word in deepgram_words(turn)]
    return {
        "results": {
            "channels": [{"alternatives": [{"transcript": " ".join(turn.text for turn in turns), "words": words}]}]
        }
    }


def as_deepgram_utterances(turns: Sequence[Turn]) -> object:
    utterances = [
        {
            "start": t.start_s,
            "end": t.end_s,
            "channel": 0,
            "transcript": t.text,
            "speaker": t.speaker,
            "words": deepgram_words(t),
        }
        for t in turns
    ]
    return {"results": {"utterances": utterances}}


def as_aws(turns: Sequence[Turn]) -> object:
    return {
        "results": {
            "transcripts": [{"transcript": " ".join(turn.text for turn in turns)}],
            "items": [
                {
                    "start_time": f"{start:.3f}",
                    "end_time": f"{end:.3f}",
                    "speaker_label": f"spk_{turn.speaker}",
                    "type": "pronunciation",
                    "alternatives": [{"confidence": "1.0", "content": word}],
                }
                for turn in turns
                for word, start, end in turn.timed()
            ],
        }
    }


def ms(time_s: float) -> int:
    return round(time_s * 1000)
