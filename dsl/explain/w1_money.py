"""W1xx: what a play risks."""

from tradec.dsl.explain.code import Code

_STOP = """
risk:
  stop_loss_pct: 2.0
  take_profit_pct: 4.0
  max_position_pct: 50.0
  sl_order_type: {order}
"""

CODES = (
    Code(
        "W130",
        "a stop that may not fill",
        "The stop is a limit order, which does not fill where the price jumps over it.",
        """
When the stop triggers, a limit order at its price begins to rest. If the market opens beyond it,
the order waits for the price to come back, and the loss goes on. A market order always fills.
""",
        _STOP.format(order="Limit"),
        _STOP.format(order="Market"),
    ),
)
