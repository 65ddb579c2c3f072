"""A progress bar on a terminal."""

import sys
from typing import Any


class Bar:
    """A progress bar on stderr for each step of a job; silent if stderr is not a terminal."""

    def __enter__(self) -> "Bar":
        self._bar: Any = None
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def show(self, what: str, done: int, total: int) -> None:
        """Move the bar of the step `what`; with a total of 0, print `what` as a line."""
        from tqdm import tqdm

        if not total:
            self._close()
            print(what, file=sys.stderr)
            return
        if self._bar is None or self._bar.desc != what:
            self._close()
            self._bar = tqdm(total=total, desc=what, disable=None, leave=False, file=sys.stderr)
            self._bar.desc = what
        # The total may be an estimate until the end.
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
