"""Sequences whose items are made when somebody asks for them."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

_Item = TypeVar("_Item")


class LazySequence(Sequence[_Item]):
    """A sequence of so many items, of which each is made anew by its number. Equal to others of equal items."""

    __slots__ = ("_make", "_n")

    def __init__(self, n: int, make: Callable[[int], _Item]) -> None:
        self._n = n
        self._make = make

    def __len__(self) -> int:
        return self._n

    @overload
    def __getitem__(self, at: int) -> _Item: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[_Item, ...]: ...
    def __getitem__(self, at: int | slice) -> _Item | tuple[_Item, ...]:
        if isinstance(at, slice):
            return tuple(map(self._make, range(*at.indices(self._n))))
        return self._make(range(self._n)[at])

    def __iter__(self) -> Iterator[_Item]:
        return map(self._make, range(self._n))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))
