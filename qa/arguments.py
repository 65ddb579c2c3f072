"""The arguments of the command line: commands, options and their help."""

import argparse
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from index.storage.index_folder import default_folder

LAST_PORT = 65_535


def make_parser(commands: Mapping[str, Callable[[argparse.Namespace], int]]) -> argparse.ArgumentParser:
    """Return the parser; it sets `run` of the arguments to the command's function."""
    parser = argparse.ArgumentParser(
        prog="interview-qa",
        description="Ask your interviews: the passage that answers, verbatim, with its place and time. All offline.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = subparsers.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        added.set_defaults(run=commands[name])
        added.add_argument(
            "--index",
            type=Path,
            default=default_folder(),
            metavar="DIR",
            help="the index folder (default: $INTERVIEW_QA_INDEX, else .interview-qa)",
        )
        return added

    building = command("build", "make the index hold these transcripts, re-using what did not change")
    building.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="transcript files, or folders and zips of them (default: ./interviews, else the bundled samples)",
    )
    building.add_argument(
        "--model",
        metavar="NAME",
        help="one of `interview-qa models`, the folder of another, or owner/name",
    )
    building.add_argument(
        "--keep-missing", action="store_true", help="keep what the index holds of transcripts that are not in PATH"
    )
    building.add_argument(
        "--watch", action="store_true", help="go on, and build again whenever something changes in PATH"
    )

    asking = command("ask", "answer a question with the passages that match best")
    asking.add_argument("question", nargs="?", metavar="QUESTION")
    asking.add_argument("--top-k", type=_positive, metavar="K", help="how many passages (default: 5; with --batch 10)")
    asking.add_argument("--json", action="store_true", help="print one JSON object")
    asking.add_argument("--batch", action="store_true", help="read JSON lines from stdin, answer each with a JSON line")
    only = asking.add_argument_group("only some of the interviews", "each but the dates may be given several times")
    for name, meaning in (
        ("transcript", "by this file name, or with these words in it or in the title"),
        ("guest", "with this guest; a part of the name will do"),
        ("host", "with this host"),
        ("language", "in this language, as en or pt-BR"),
    ):
        only.add_argument(f"--{name}", action="append", default=[], metavar=name.upper(), help=meaning)
    for name, meaning in (("since", "from this day, month or year on"), ("until", "up to this one, and all of it")):
        only.add_argument(f"--{name}", type=_date, metavar="DATE", help=f"{meaning}: 2021, 2021-06, 2021-06-30")
    asking.set_defaults(usage_error=asking.error)

    judging = command("eval", "ask gold questions and print how good the answers are")
    judging.add_argument("file", nargs="?", type=Path, metavar="FILE", help="JSON lines: id, kind, question, evidence")
    judging.add_argument(
        "--self", action="store_true", dest="own", help="ask the library its own questions, each with its asking hidden"
    )
    judging.add_argument("--compare", action="store_true", help="score simpler ways to search beside it")
    judging.add_argument("--json", action="store_true", help="print one JSON object")
    judging.set_defaults(usage_error=judging.error)

    showing = command("info", "say what the index holds")
    showing.add_argument("--json", action="store_true", help="print one JSON object")

    checking = command("verify", "check that the index is whole and agrees with its files")
    checking.add_argument("--json", action="store_true", help="print one JSON object")

    telling = command("feedback", "say how the answers were rated, as gold questions for eval")
    telling.add_argument("--export", type=Path, metavar="FILE", help="write them there, not to standard output")

    choosing = command("models", "list the models to build with, and how the index answers with its own")
    choosing.add_argument("--json", action="store_true", help="print one JSON array")

    chatting = command("chat", "open the chat page in the browser")
    chatting.add_argument("--port", type=_port, help="the port that the page listens on, on this machine alone")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number from 1 on, not {text!r}")
    return int(text)


def _date(text: str) -> str:
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"must be a date as 2021, 2021-06 or 2021-06-30, not {text!r}")
    return text


def _port(text: str) -> int:
    if _positive(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"must be a number up to {LAST_PORT}, not {text!r}")
    return int(text)
