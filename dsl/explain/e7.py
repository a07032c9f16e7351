"""E7xx: stops, targets and exit modes."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E701",
        "risk rule",
        "The value of a stop or target is out of the range of its rule.",
        """
`percent` is in percent of the margin of the position (ROI), `price_percent` in percent of the
entry price. Stops are above 0 and at most 100; a target in percent of margin may be up to 10000.
""",
        """
risk:
  stop_loss_pct: 2.0
  take_profit: {type: price_percent, value: 150.0}
  max_position_pct: 50.0
""",
        """
risk:
  stop_loss_pct: 2.0
  take_profit: {type: price_percent, value: 15.0}
  max_position_pct: 50.0
""",
    ),
    Code(
        "E702",
        "exit mode contradiction",
        "The exit mode asks for something that the play does not have, or ignores what it has.",
        """
sl_tp_only needs a stop and a target, and ignores exit actions, so it may have none. first_hit
needs one of stop, target and exit action. signal needs an exit action. The default is sl_tp_only.
""",
        """
position_policy: {exit_mode: sl_tp_only}
risk:
  stop_loss_pct: 2.0
  max_position_pct: 50.0
""",
        """
position_policy: {exit_mode: sl_tp_only}
risk:
  stop_loss_pct: 2.0
  take_profit_pct: 4.0
  max_position_pct: 50.0
""",
    ),
)
