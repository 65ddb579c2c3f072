"""What a user can put right, drawn as a tree; every message names the thing, the place and the way out.

InterviewQAError
├── TranscriptError      a file that is no transcript we can read
│   └── MalformedError   a place in its text that breaks the format's rules
├── ModelError           an embedding model that is missing, altered or does not fit
└── StoreError           an index folder that is missing, foreign or held by somebody
    ├── NoIndexError     there is no index yet
    ├── HeldError        another build is at work on it
    └── DamagedError     an index that is not as it was written
"""

# What it raises to take stored values, which anybody may have written, for what we write.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


class InterviewQAError(Exception):
    """Base of all errors that the command line prints as one line, `error: ...`, with exit code 1."""


class TranscriptError(InterviewQAError):
    """A transcript file that cannot be read as one."""


class MalformedError(TranscriptError):
    """A text that breaks the rules of its format at a place; who knows the file's name says which line that is."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset  # in the text that the reader was given


class ModelError(InterviewQAError):
    """An embedding model that cannot be loaded, or is not the one that the index was made with."""


class StoreError(InterviewQAError):
    """An index folder that cannot be used as it is."""


class NoIndexError(StoreError):
    """There is no index in the folder."""


class HeldError(StoreError):
    """Another build is at work in the folder; it is free when that is done."""


class DamagedError(StoreError):
    """The index is not as it was written; a build makes it again."""
