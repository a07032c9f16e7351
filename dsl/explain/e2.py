"""E2xx: timeframes and roles."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E201",
        "unknown timeframe",
        "A timeframe is none of those whose bars can be built from minutes.",
        """
The timeframes are 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h D W M, all counted in UTC: weeks begin on
Monday, months on their first day. Minutes and months differ in nothing but case, so case counts.
""",
        """
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: 8h, exec: low_tf}
""",
        """
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: 12h, exec: low_tf}
""",
    ),
    Code(
        "E202",
        "exec is not a role",
        "`timeframes.exec` names a timeframe or something else instead of a role.",
        """
`exec` points at one of low_tf, med_tf and high_tf: the bars at whose close the rules are
evaluated. It is a pointer, so that changing the role's timeframe moves everything with it.
""",
        """
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: 15m}
""",
        """
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}
""",
    ),
    Code(
        "E203",
        "timeframe hierarchy",
        "A role is faster than the role below it.",
        """
high_tf lasts at least as long as med_tf, and med_tf as long as low_tf. Equal roles are allowed
and mean one shared series. An inverted map is nearly always a slip that trades the wrong bars.
""",
        """
timeframes: {low_tf: 15m, med_tf: 4h, high_tf: 1h, exec: low_tf}
""",
        """
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: 4h, exec: low_tf}
""",
    ),
)
