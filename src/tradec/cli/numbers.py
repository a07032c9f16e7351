"""Numbers for people; a value that is not defined is a dash."""

UNDEFINED = "-"


def money(value: float | None) -> str:
    """Return an amount with two decimals."""
    return UNDEFINED if value is None else f"{value:,.2f}"


def percent(value: float | None) -> str:
    """Return a percentage with two decimals."""
    return UNDEFINED if value is None else f"{value:.2f} %"


def ratio(value: float | None) -> str:
    """Return a ratio with two decimals."""
    return UNDEFINED if value is None else f"{value:.2f}"


def whole(value: int | None) -> str:
    """Return a count."""
    return UNDEFINED if value is None else f"{value:,}"


def price(value: float | None) -> str:
    """Return a price with the digits it has, at most eight significant."""
    return UNDEFINED if value is None else f"{value:.8g}"


def interval(low: float | None, high: float | None) -> str:
    """Return an interval of amounts, one amount where both ends are equal."""
    return money(low) if low == high else f"{money(low)} to {money(high)}"
