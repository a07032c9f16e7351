"""A memory of the last things seen, of bounded size."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

SIZE = 10_000

T = TypeVar("T", bound=Hashable)


class Recent(Generic[T]):
    """Tells what is new; of what is old it remembers the last `size`, by last sight."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._seen: OrderedDict[T, None] = OrderedDict()

    def is_new(self, one: T) -> bool:
        """Tell whether this is seen for the first time, and remember it."""
        known = one in self._seen
        self._seen[one] = None
        self._seen.move_to_end(one)
        if len(self._seen) > self._size:
            self._seen.popitem(last=False)
        return not known

    def last(self, count: int) -> list[T]:
        """Return the last things seen, oldest first."""
        return list(self._seen)[-count:]

    def __contains__(self, one: object) -> bool:
        return one in self._seen

    def __len__(self) -> int:
        return len(self._seen)
