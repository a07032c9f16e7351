"""E7xx: stops, targets and exit modes."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E701",
        "risk rule",
        "A stop, a target or a size cannot be worked out from what the play says.",
        """
A stop by volatility needs a feature of an average true range, a stop by structure a level, a
trailing stop its distance. `rr_ratio` and `risk_based` measure by the stop, so there must be one. A
trade has no more leverage than the account allows, and a break-even stop lies behind the price.
""",
        """
risk:
  take_profit: {type: rr_ratio, value: 2.0}
  max_position_pct: 50.0
""",
        """
risk:
  stop_loss_pct: 2.0
  take_profit: {type: rr_ratio, value: 2.0}
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
