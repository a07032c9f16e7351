"""DuckDB in memory over Parquet and CSV files: no database file, so nothing to be locked out of."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_THREADS = 2


def connect() -> "duckdb.DuckDBPyConnection":
    """Return a connection to an empty database in memory, in UTC, without extensions."""
    import duckdb  # noqa: PLC0415 - deferred: heavy

    connection = duckdb.connect(
        ":memory:",
        config={"threads": _THREADS, "autoinstall_known_extensions": "false", "TimeZone": "UTC"},
    )
    connection.execute("SET enable_progress_bar = false")
    return connection


def literal_path(path: Path) -> str:
    """Return the path as a DuckDB file pattern that matches it and nothing else."""
    return re.sub(r"[*?\[]", r"[\g<0>]", str(path))
