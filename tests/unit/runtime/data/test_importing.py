"""Files into the catalogue: whole or not at all, twice is once, and what is refused is said."""

import errno
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from shared import need_shared
from tradec.runtime.data.bars import Bars, Hole
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.importing import import_file, read_file

MINUTE = 60_000
NAMES = ("open", "high", "low", "close", "volume")
Writer = Callable[..., Path]
Columns = dict[str, Any]
VENUE, SYMBOL = "bybit-linear", "BTCUSDT"


def rows_of(columns: Columns, rows: Any) -> Columns:
    return {name: column[rows] for name, column in columns.items()}


def spoiled(columns: Columns, column: str, row: int, value: float) -> Columns:
    changed = columns[column].copy()
    changed[row] = value
    return columns | {column: changed}


def tree(catalog: Catalog) -> dict[str, bytes]:
    """Every file of the catalogue but its locks, by name."""
    files = (path for path in catalog.root.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files if not path.name.startswith(".lock")}


def test_import_writes_every_minute(
    catalog: Catalog, market: Bars, columns: Columns, parquet: Writer
) -> None:
    stages: list[tuple[str, int, int]] = []
    report = import_file(
        parquet(columns),
        catalog,
        SYMBOL,
        progress=lambda stage, done, total: stages.append((stage, done, total)),
    )
    assert (report.read, report.written, report.unchanged, report.refused) == (2880, 2880, 0, ())
    assert (report.first, report.last) == (market.ts0, market.end - MINUTE)
    assert [name[:7] for name in report.files] == ["2025-01", "2025-02"]
    assert [stage for stage, _, _ in stages] == ["read", "check", "write", "write"]
    assert stages[-1] == ("write", 2880, 2880)
    bars = catalog.read_bars(VENUE, SYMBOL)
    assert bars.data_hash == market.data_hash
    assert bars.source == "catalogue:bybit-linear/BTCUSDT/kline_1m"
    json.dumps(asdict(report))


def test_import_twice_changes_nothing(catalog: Catalog, columns: Columns, parquet: Writer) -> None:
    path = parquet(columns)
    import_file(path, catalog, SYMBOL)
    before = tree(catalog)
    again = import_file(path, catalog, SYMBOL, on_conflict="replace")
    assert (again.written, again.unchanged, again.replaced, again.files) == (0, 2880, 0, ())
    assert tree(catalog) == before


def test_parts_in_any_order_make_the_whole(
    catalog: Catalog, market: Bars, columns: Columns, parquet: Writer
) -> None:
    for begin, end in ((2000, 2880), (0, 900), (800, 2100)):
        import_file(parquet(rows_of(columns, slice(begin, end))), catalog, SYMBOL)
    assert catalog.read_bars(VENUE, SYMBOL).data_hash == market.data_hash


def test_csv_gives_the_same_bits(
    catalog: Catalog, market: Bars, columns: Columns, csv: Writer
) -> None:
    cells = zip(*(column.tolist() for column in columns.values()), strict=True)
    import_file(csv(",".join(columns), *(",".join(map(repr, row)) for row in cells)), catalog, "X")
    assert catalog.read_bars(VENUE, "X").data_hash == market.data_hash


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("close", np.nan, "absent or not a number"),
        ("low", -5.0, "zero or negative"),
        ("high", 1.0, "does not hold"),
        ("volume", -1.0, "volume is negative"),
        ("volume", np.inf, "infinite"),
        ("ts", 17, "unreadable or of another unit"),
        ("ts", 1_738_281_600_123, "not on the grid"),
    ],
)
def test_one_bad_row_refuses_the_file_and_says_which(
    catalog: Catalog, columns: Columns, parquet: Writer, column: str, value: float, words: str
) -> None:
    path = parquet(spoiled(columns, column, 500, value))
    with pytest.raises(DataError, match=words) as caught:
        import_file(path, catalog, SYMBOL)
    assert caught.value.code == "DATA_QUALITY_ISSUE"
    assert "1 of 2880 rows" in caught.value.message
    assert "row 501" in caught.value.message
    assert caught.value.details["refused"][0]["examples"][0]["row"] == 501
    json.dumps(caught.value.details)
    assert tree(catalog) == {}


def test_bad_rows_can_be_skipped_up_to_a_share(
    catalog: Catalog, columns: Columns, parquet: Writer
) -> None:
    path = parquet(spoiled(spoiled(columns, "close", 500, np.nan), "open", 700, 0.0))
    with pytest.raises(DataError):
        import_file(path, catalog, SYMBOL, max_refused=1 / 2880)
    report = import_file(path, catalog, SYMBOL, max_refused=2 / 2880)
    assert (report.written, report.filled) == (2878, 2)
    assert [group.reason for group in report.refused] == ["no_value", "not_positive"]
    flags = catalog.read_bars(VENUE, SYMBOL).flags
    assert np.flatnonzero(flags).tolist() == [500, 700]


def test_file_without_a_good_row_is_refused_even_then(
    catalog: Catalog, columns: Columns, parquet: Writer
) -> None:
    path = parquet(columns | {"volume": -columns["volume"]})
    with pytest.raises(DataError, match="2880 of 2880"):
        import_file(path, catalog, SYMBOL, max_refused=1.0)
    with pytest.raises(DataError, match="no rows"):
        import_file(parquet(rows_of(columns, slice(0, 0))), catalog, SYMBOL, max_refused=1.0)


def test_conflicting_twins_are_refused_equal_ones_merged(
    catalog: Catalog, columns: Columns, parquet: Writer
) -> None:
    twice = rows_of(columns, [*range(2880), 5, 6, 7])
    assert import_file(parquet(twice), catalog, SYMBOL).merged == 3
    with pytest.raises(DataError, match="several rows of one time differ"):
        import_file(parquet(spoiled(twice, "volume", 2880, 1.0)), catalog, "OTHER")


def test_short_holes_are_stored_flat_long_ones_reported(
    catalog: Catalog, market: Bars, columns: Columns, parquet: Writer
) -> None:
    kept = [i for i in range(2880) if i not in {10, 11, 12} and not 100 <= i < 200]
    report = import_file(parquet(rows_of(columns, kept)), catalog, SYMBOL)
    hole = Hole(start=market.ts_open(100), end=market.ts_open(200))
    assert (report.filled, report.holes) == (3, (hole,))
    status = catalog.status()[0]
    assert (status.rows, status.flat) == (2780, 3)
    bars = catalog.read_bars(VENUE, SYMBOL)
    assert bars.holes == (hole,)
    assert bars.n == 2880
    assert bars.close[10:13].tolist() == [float(market.close[9])] * 3


def test_real_minutes_take_the_place_of_flat_ones(
    catalog: Catalog, market: Bars, columns: Columns, parquet: Writer
) -> None:
    absent = [10, 11, 12, *range(100, 200), 1440]
    kept = [i for i in range(2880) if i not in absent]
    import_file(parquet(rows_of(columns, kept)), catalog, SYMBOL)
    report = import_file(parquet(rows_of(columns, absent)), catalog, SYMBOL)
    assert (report.written, report.kept) == (104, 0)
    assert catalog.read_bars(VENUE, SYMBOL).data_hash == market.data_hash
    again = import_file(parquet(rows_of(columns, kept)), catalog, SYMBOL)
    assert (again.written, again.unchanged) == (0, len(kept))
    assert catalog.read_bars(VENUE, SYMBOL).data_hash == market.data_hash


@pytest.mark.parametrize("policy", ["keep", "replace", "fail"])
def test_conflict_with_what_is_there(
    catalog: Catalog, market: Bars, columns: Columns, parquet: Writer, policy: Any
) -> None:
    import_file(parquet(columns), catalog, SYMBOL)
    before = tree(catalog)
    path = parquet(spoiled(columns, "volume", 1500, 1.0))
    if policy == "fail":
        with pytest.raises(DataError, match="1 kline_1m rows differ") as caught:
            import_file(path, catalog, SYMBOL, on_conflict=policy)
        assert caught.value.code == "CONFLICTING_ROWS"
        assert tree(catalog) == before
        return
    report = import_file(path, catalog, SYMBOL, on_conflict=policy)
    replaced = policy == "replace"
    assert (report.replaced, report.kept, report.unchanged) == (replaced, not replaced, 2879)
    expected = 1.0 if replaced else float(market.volume[1500])
    assert catalog.read_bars(VENUE, SYMBOL).volume[1500] == expected


def test_coarser_bars_are_refused(catalog: Catalog, market: Bars, parquet: Writer) -> None:
    bars = market.roll_up(15)
    ts = bars.ts0 + bars.base_ms * np.arange(bars.n)
    path = parquet({"ts": ts, **{name: getattr(bars, name) for name in NAMES}})
    with pytest.raises(DataError, match="holds 15m bars") as caught:
        import_file(path, catalog, SYMBOL)
    assert caught.value.code == "TIMEFRAME_MISMATCH"
    read = read_file(path)
    assert (read.base_ms, read.data_hash) == (900_000, bars.data_hash)
    assert read.source == "file:bars.parquet"


def test_read_file_refuses_what_has_no_timeframe(columns: Columns, parquet: Writer) -> None:
    with pytest.raises(DataError, match="cannot be told from 1 rows"):
        read_file(parquet(rows_of(columns, [0])))
    with pytest.raises(DataError, match=r"120s .* no base timeframe: 1m, 3m"):
        read_file(parquet(rows_of(columns, slice(0, None, 2))))
    with pytest.raises(DataError, match="1 of 2880 rows"):
        read_file(parquet(spoiled(columns, "ts", 4, columns["ts"][4] + 7)))


def test_bad_names_are_refused(catalog: Catalog, columns: Columns, parquet: Writer) -> None:
    path = parquet(columns)
    for symbol in ("btcusdt", "../X", "", "BTC/USDT", "A-"):
        with pytest.raises(DataError, match="is not a symbol"):
            import_file(path, catalog, symbol)
    with pytest.raises(DataError, match="is not a venue"):
        import_file(path, catalog, SYMBOL, venue="..")


@pytest.mark.skipif(os.name == "nt", reason="limits of file size are those of POSIX")
def test_full_disk_leaves_the_catalogue_as_it_was(
    catalog: Catalog, columns: Columns, parquet: Writer
) -> None:
    import resource  # noqa: PLC0415 - absent on Windows

    import_file(parquet(rows_of(columns, slice(0, 100))), catalog, SYMBOL)
    before = tree(catalog)
    path = parquet(columns)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(DataError, match="cannot be written") as caught:
            import_file(path, catalog, SYMBOL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.code == "WRITE_FAILED"
    assert caught.value.details["errno"] == errno.EFBIG
    assert tree(catalog) == before
    assert import_file(path, catalog, SYMBOL).written == 2780


def test_real_minutes_of_the_exchange(catalog: Catalog) -> None:
    path = need_shared("data", "bybit_linear_BTCUSDT_1m_2025-05_06.parquet")
    report = import_file(path, catalog, SYMBOL)
    assert (report.read, report.written, report.filled) == (44_613, 44_613, 0)
    assert (report.refused, report.holes, report.reordered, report.merged) == ((), (), 0, 0)
    bars = catalog.read_bars(VENUE, SYMBOL)
    assert bars.n == 44_613
    assert bars.data_hash == read_file(path).data_hash
    assert catalog.verify() == []


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_file_of_true_rows_is_completed_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    market: Bars,
    columns: Columns,
    parquet: Writer,
    data: st.DataObject,
) -> None:
    """Shuffled, doubled and torn rows of one market, then the rest: the market, or a refusal."""
    catalog = Catalog(tmp_path_factory.mktemp("catalog"))
    span = list(range(1300, 1500))
    absent = data.draw(st.sets(st.sampled_from(span), max_size=40), label="absent")
    doubled = data.draw(st.lists(st.sampled_from(span), max_size=10), label="doubled")
    present = data.draw(
        st.permutations([row for row in [*span, *doubled] if row not in absent]), label="rows"
    )
    report = import_file(parquet(rows_of(columns, present)), catalog, SYMBOL)
    assert report.written == len(set(present))
    assert report.merged == len(present) - len(set(present))
    try:
        rest = import_file(parquet(rows_of(columns, sorted(absent))), catalog, SYMBOL).written
    except DataError as error:  # no rows, or so few that they look like coarser bars
        event(error.code)
        rest = import_file(parquet(rows_of(columns, span)), catalog, SYMBOL).written
    assert rest == len(absent)
    bars = catalog.read_bars(VENUE, SYMBOL)
    first = bars.position(market.ts_open(1300))
    whole = bars.slice(first, first + len(span))
    assert whole.data_hash == market.slice(1300, 1500).data_hash
    assert catalog.verify() == []
