"""Sequences whose items are made when somebody asks for them."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

_Item = TypeVar("_Item")


class LazySequence(Sequence[_Item]):
    """A sequence of so many items, of which each is made by its number. Equal to others of equal items.

    Somebody who goes through all of them will do so again: from then on they are kept.
    """

    __slots__ = ("_kept", "_make", "_n")

    def __init__(self, n: int, make: Callable[[int], _Item]) -> None:
        self._n = n
        self._make = make
        self._kept: tuple[_Item, ...] | None = None

    def __len__(self) -> int:
        return self._n

    @overload
    def __getitem__(self, at: int) -> _Item: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[_Item, ...]: ...
    def __getitem__(self, at: int | slice) -> _Item | tuple[_Item, ...]:
        if self._kept is not None:
            return self._kept[at]
        if isinstance(at, slice):
            return tuple(map(self._make, range(*at.indices(self._n))))
        return self._make(range(self._n)[at])

    def __iter__(self) -> Iterator[_Item]:
        if self._kept is None:
            self._kept = tuple(map(self._make, range(self._n)))
        return iter(self._kept)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))
