"""interview-qa: build an index of interviews, ask it, look after it, open the chat page."""

import argparse
import io
import json
import math
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import InterviewQAError
from qa.arguments import make_parser
from qa.progress_bar import Bar

if TYPE_CHECKING:
    from index.building.build import BuildReport
    from qa.answering.library import Library

# What a command imports is imported in it: `interview-qa --help` needs neither torch nor FAISS.

# The page listens on this machine alone, sends nothing anywhere and shows no traceback. The same is in
# .streamlit/config.toml for `streamlit run app.py`; here it also holds for an installed package.
PRIVATE = {
    "server.address": "localhost",
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
}
# How many warnings a build prints in full.
SHOWN_WARNINGS = 5

# The names that it answers to.
HOSTS = ("localhost", "127.0.0.1", "::1")


def main(argv: list[str] | None = None) -> int:
    """Run a command and return its exit code; what a user can put right is one `error: ...` line and 1."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)
    arguments = make_parser(COMMANDS).parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except InterviewQAError as error:
        _print_error(str(error))
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has closed it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _print_error(f"{error.filename}: {error.strerror}" if error.filename else f"{error}")
        return 1


def _print_error(message: str) -> None:
    _print_line("error", message)


def _print_line(kind: str, message: str) -> None:
    """Print one line, whatever a file's name may contain."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)
    print(f"{kind}: {line}", file=sys.stderr)


def _build(arguments: argparse.Namespace) -> int:
    from index.building.build import build
    from index.samples import SAMPLES
    from index.sources.discovery import default_paths
    from qa.ranking.no_answer import fit_thresholds

    paths = arguments.paths or default_paths()
    from_samples = not arguments.paths and paths == [SAMPLES]
    if from_samples:
        print("no ./interviews here: indexing the bundled sample interviews", file=sys.stderr)
    with Bar() as bar:
        report = build(
            paths, arguments.index, arguments.model, fit_thresholds, bar.show, keep_missing=arguments.keep_missing
        )
    _print_report(report)
    if report.ignored and not from_samples:
        print(f"not transcripts by their names: {_listed([p.name for p in report.ignored])}", file=sys.stderr)
    _print_warnings(report)
    for line in report.errors:
        _print_error(line)
    if arguments.watch:
        return _watch(arguments, paths, report)
    return 1 if report.errors else 0


def _watch(arguments: argparse.Namespace, paths: list[Path], last: "BuildReport") -> int:
    """Build again whenever something changes in the paths, until somebody stops it."""
    from index.building.build import build
    from index.sources.watch import changes_in
    from qa.ranking.no_answer import fit_thresholds

    print("waiting for changes; stop with Ctrl-C", file=sys.stderr)
    embedder, errors = last.embedder, last.errors
    try:
        for _ in changes_in(paths, arguments.index):
            try:
                with Bar() as bar:
                    report = build(
                        paths,
                        arguments.index,
                        embedder or arguments.model,
                        fit_thresholds,
                        bar.show,
                        keep_missing=arguments.keep_missing,
                        wait=True,
                    )
            except InterviewQAError as error:
                _print_error(str(error))
                continue
            embedder = report.embedder or embedder
            if report.read or report.removed:
                _print_report(report)
                _print_warnings(report)
            for line in report.errors if report.errors != errors else ():
                _print_error(line)
            errors = report.errors
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return 0


def _print_report(report: "BuildReport") -> None:
    changes = [f"{report.read} read", f"{report.embedded} texts embedded", f"{report.removed} removed"]
    changes += [f"{report.renamed} renamed"] if report.renamed else []
    changes += [f"{report.left_out} left out"] if report.left_out else []
    print(
        f"{report.transcripts} transcripts, {report.passages} passages ({', '.join(changes)}) -> {report.folder}",
        flush=True,
    )


def _print_warnings(report: "BuildReport") -> None:
    """Print a few of the places that were not understood, and how many there are."""
    lines = [line for lines in report.warnings.values() for line in lines]
    for line in lines[:SHOWN_WARNINGS]:
        _print_line("warning", line)
    if len(lines) > SHOWN_WARNINGS:
        _print_line("warning", f"{len(lines)} places in all were not understood; interview-qa info counts them by file")


def _ask(arguments: argparse.Namespace) -> int:
    from qa.answering.answer import answer
    from qa.answering.filters import Filters, transcripts_in
    from qa.render.render import as_json, as_text

    if arguments.batch == bool(arguments.question):
        arguments.usage_error("give a QUESTION, or --batch and questions on stdin")
    scope = Filters(
        tuple(arguments.transcript),
        tuple(arguments.guest),
        tuple(arguments.host),
        tuple(arguments.language),
        arguments.since,
        arguments.until,
    )
    if arguments.batch and scope != Filters():
        arguments.usage_error('with --batch, each line names its "transcripts"')
    library = _open(arguments.index)
    if arguments.batch:
        return _ask_batch(library, arguments.top_k or 10)
    with library.snapshot() as snapshot:
        transcripts = transcripts_in(snapshot.database.metadata_by_transcript(), scope)
    found = answer(library, arguments.question, arguments.top_k or 5, transcripts, offer=not arguments.json)
    print(as_json(found) if arguments.json else as_text(found, colour=sys.stdout.isatty()))
    return 0


def _ask_batch(library: "Library", k: int) -> int:
    from qa.answering.answer import answer
    from qa.render.render import as_json

    code = 0
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        asked: object = None
        try:
            asked = _parsed(line)
            query = _query(asked)
            found = answer(
                library, query["question"], k, query.get("transcripts"), query.get("previous") or (), offer=False
            )
            print(as_json(found, id=query.get("id")), flush=True)
        # Whatever fails for one question costs that question alone.
        except Exception as error:
            code = 1
            message = str(error)
            if not isinstance(error, InterviewQAError):
                traceback.print_exc()
                message = f"the question could not be answered ({type(error).__name__}: {error})"
            name = asked.get("id") if isinstance(asked, dict) else None
            failed: dict[str, Any] = {"id": name, "matched": False, "passages": [], "error": message}
            print(json.dumps(failed, ensure_ascii=False), flush=True)
            _print_error(f"line {number}: {message}")
    return code


def _parsed(line: str) -> object:
    try:
        # NaN and numbers beyond all bounds are no JSON, and must not come back in the id.
        return json.loads(line.removeprefix("\ufeff"), parse_constant=_refuse_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise InterviewQAError(f"not JSON: {error}") from error


def _refuse_number(text: str) -> float:
    raise ValueError(f"{text} is not a number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_number(text)


def _query(asked: object) -> dict[str, Any]:
    """Check one line of --batch. Raises InterviewQAError for what is not a query."""
    if not isinstance(asked, dict) or not isinstance(asked.get("question"), str):
        raise InterviewQAError('expected an object with "id" and "question"')
    for name in ("transcripts", "previous"):
        value = asked.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            raise InterviewQAError(f'"{name}" must be a list of strings')
    return asked


def _eval(arguments: argparse.Namespace) -> int:
    from qa.evaluation.evaluate import as_table, evaluate

    if arguments.own == bool(arguments.file):
        arguments.usage_error("give a FILE of gold questions, or --self")
    _exit_on_signals()
    with Bar() as bar:
        report = evaluate(_open(arguments.index), arguments.file, compare=arguments.compare, progress=bar.show)
    print(json.dumps(report) if arguments.json else as_table(report))
    return 0


def _info(arguments: argparse.Namespace) -> int:
    from index.building.info import info, info_text

    found = info(arguments.index)
    print(json.dumps(found, ensure_ascii=False) if arguments.json else info_text(found))
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from index.building.verify import verify

    problems, stale = verify(arguments.index)
    if arguments.json:
        print(json.dumps({"sound": not problems, "problems": problems, "stale": stale}, ensure_ascii=False))
    else:
        lines = [*problems, *(f"stale: {line}" for line in stale)]
        print("\n".join(lines) or "the index is whole and agrees with its files")
    if problems:
        _print_error(f"{arguments.index} is not as it should be, see above")
    return 1 if problems else 0


def _feedback(arguments: argparse.Namespace) -> int:
    from index.storage.ratings import ratings
    from qa.evaluation.feedback import as_gold

    given = ratings(arguments.index)
    lines = "".join(f"{line}\n" for line in as_gold(given))
    if arguments.export:
        arguments.export.write_text(lines, encoding="utf-8")
    else:
        print(lines, end="")
    good = sum(rating.is_good for rating in given)
    questions = lines.count("\n")
    counts = f"{len(given)} rating{'s' * (len(given) != 1)}, {good} of them good"
    print(f"{counts}: {questions} gold question{'s' * (questions != 1)}", file=sys.stderr)
    return 0


def _exit_on_signals() -> None:
    """Make signals end the command as an exception does, so that the copy in which questions are hidden goes."""
    for ending in {"SIGTERM", "SIGHUP"} & set(signal.Signals.__members__):
        signal.signal(signal.Signals[ending], lambda number, _: sys.exit(128 + number))


def _models(arguments: argparse.Namespace) -> int:
    from qa.evaluation.model_list import model_list, model_table

    _exit_on_signals()
    with Bar() as bar:
        models = model_list(arguments.index, bar.show)
    print(json.dumps(models, ensure_ascii=False) if arguments.json else model_table(models))
    return 0


def _chat(arguments: argparse.Namespace) -> int:
    from streamlit.web import cli as streamlit

    page = Path(__file__).parent.parent / "app.py"
    os.environ["INTERVIEW_QA_INDEX"] = str(arguments.index.absolute())
    port = [f"--server.port={arguments.port}"] if arguments.port else []
    settings = [f"--{name}={value}" for name, value in PRIVATE.items()]
    settings += [f"--server.allowedHosts={host}" for host in HOSTS]
    streamlit.main(["run", str(page), *settings, *port], standalone_mode=False)
    return 0


def _open(folder: Path) -> "Library":
    """Open the index with its model, so that a fault of either shows before the first question."""
    from qa.answering.library import Library

    library = Library(folder)
    library.warm_up()
    return library


def _listed(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


COMMANDS = {
    "build": _build,
    "ask": _ask,
    "eval": _eval,
    "info": _info,
    "verify": _verify,
    "feedback": _feedback,
    "models": _models,
    "chat": _chat,
}
