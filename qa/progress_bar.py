"""Progress on a terminal."""

import sys
from typing import Any


class Bar:
    """A progress bar on stderr, one for each thing that is done; silent where nobody watches."""

    def __enter__(self) -> "Bar":
        self._bar: Any = None
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def show(self, what: str, done: int, total: int) -> None:
        """Move the bar of what is being done; a sentence, of which there is nothing in all, is a line of its own."""
        from tqdm import tqdm

        if not total:
            self._close()
            print(what, file=sys.stderr)
            return
        if self._bar is None or self._bar.desc != what:
            self._close()
            self._bar = tqdm(total=total, desc=what, disable=None, leave=False, file=sys.stderr)
            self._bar.desc = what
        # How much there is in all may be a guess until the end.
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
