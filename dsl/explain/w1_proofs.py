"""W101, W107 and W120 to W123: what can be proven about conditions before a play runs."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "W101",
        "never true",
        "An action or a condition can be proven never to take effect.",
        """
The proof uses what is known of every output: its range, the order of the prices of a bar, bands
around their middle, the highest high of a channel. The notes name what it rests on. A channel of
20 bars includes the present one, so no price is above it; the bar before is meant by `[1]`.

An entry on a side that `position_policy.mode` forbids is never acted on either. The default mode
is long_only.
""",
        """
features:
  sma_200: {indicator: sma, params: {length: 200}}
actions:
  entry_long: "close > sma_200 and close < sma_200"
""",
        """
features:
  sma_200: {indicator: sma, params: {length: 200}}
actions:
  entry_long: "close > sma_200 and close[1] < sma_200[1]"
""",
    ),
    Code(
        "W107",
        "number outside the range",
        "A number lies where an output can never be, so the condition is decided in advance.",
        """
Bounded outputs, such as an RSI from 0 to 100, make a comparison with a number outside of them
always or never true. Often a digit slipped. Ranges are followed through arithmetic, averages and
variables: `--set` may change the answer.
""",
        """
actions:
  entry_long: "rsi_14 > 120"
""",
        """
actions:
  entry_long: "rsi_14 > 70"
""",
    ),
    Code(
        "W120",
        "always true",
        "A condition, or one of several, is true whenever its values are there.",
        """
It filters nothing. Where it stands under `not`, nothing passes.
""",
        """
actions:
  entry_long: "ema_9 crosses above ema_21 and (rsi_14 > 30 or rsi_14 < 70)"
""",
        """
actions:
  entry_long: "ema_9 crosses above ema_21 and rsi_14 > 30 and rsi_14 < 70"
""",
    ),
    Code(
        "W121",
        "adds nothing",
        "A condition follows from those beside it, or says the same again.",
        """
Beside `rsi_14 > 60` the condition `rsi_14 > 50` changes nothing; in a choice it is the narrower one
that changes nothing. Often another output, or another number, was meant.
""",
        """
actions:
  entry_long: "rsi_14 > 60 and rsi_14 > 50"
""",
        """
actions:
  entry_long: "rsi_14 > 50 and rsi_14 < 60"
""",
    ),
    Code(
        "W122",
        "never reached",
        "Whenever a case or an entry could act, one before it acts instead.",
        """
Of the cases of a block the first true one speaks, and of all entries that are asked for at once the
first one counts. What is true only where an earlier one is true never acts: the narrower condition
has to stand first.
""",
        """
position_policy: {mode: long_short}
actions:
  - id: entry
    cases:
      - when: "rsi_14 > 50"
        emit: [entry_long]
      - when: "rsi_14 > 70"
        emit: [entry_short]
""",
        """
position_policy: {mode: long_short}
actions:
  - id: entry
    cases:
      - when: "rsi_14 > 70"
        emit: [entry_short]
      - when: "rsi_14 > 50"
        emit: [entry_long]
""",
    ),
    Code(
        "W123",
        "entered and left at once",
        "Whenever an entry is true, an exit of the same side is true as well.",
        """
The position is opened, and unless the exit has become false by the next close it is closed again.
Exits usually ask for the opposite of what entries ask for.
""",
        """
position_policy: {exit_mode: first_hit}
actions:
  entry_long: "rsi_14 > 60"
  exit_long: "rsi_14 > 40"
""",
        """
position_policy: {exit_mode: first_hit}
actions:
  entry_long: "rsi_14 > 60"
  exit_long: "rsi_14 < 40"
""",
    ),
)
