"""Tables as files that other programs read."""

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from tradec.cli.outcome import plain

if TYPE_CHECKING:
    import pyarrow as pa

FILE_FORMATS = ("parquet", "csv", "feather", "json")


def write_table(found: "pa.Table", out: Path, form: str) -> None:
    """Write a table whole or not at all; what JSON has no word for is null there."""
    from tradec.runtime.data.publish import publish

    buffer = io.BytesIO()
    if form == "csv":
        import pyarrow.csv

        pyarrow.csv.write_csv(found, buffer)
    elif form == "parquet":
        import pyarrow.parquet

        pyarrow.parquet.write_table(found, buffer)
    elif form == "feather":
        import pyarrow.feather

        pyarrow.feather.write_feather(found, buffer)
    else:
        buffer.write(json.dumps(plain(found.to_pylist()), allow_nan=False).encode())
    publish(out, buffer.getvalue())
