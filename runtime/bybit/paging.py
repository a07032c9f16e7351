"""Rows of an answer that comes in pages."""

from collections.abc import Iterator, Mapping
from typing import Any

from tradec.runtime.bybit.client import DEADLINE_SECONDS, Client
from tradec.runtime.bybit.endpoints import Endpoint
from tradec.runtime.bybit.errors import BadAnswerError


def paged(
    client: Client,
    endpoint: Endpoint,
    params: Mapping[str, Any],
    deadline: float = DEADLINE_SECONDS,
) -> Iterator[dict[str, Any]]:
    """Yield the rows of every page; `deadline` is that of one page, seconds.

    An answer without a list, or pages that go in a circle, is a BadAnswerError.
    """
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        answer = client.call(endpoint, deadline=deadline, reducing=False, **params, **more)
        items = answer.result.get("list") if isinstance(answer.result, dict) else None
        if not isinstance(items, list):
            raise BadAnswerError(endpoint.path, "the answer holds no list")
        yield from items
        cursor = answer.result.get("nextPageCursor") or None
        if cursor is None:
            return
        if cursor in seen:
            raise BadAnswerError(endpoint.path, "the pages go in a circle", cursor=cursor)
        seen.add(cursor)
