"""E6xx: actions and what they emit."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E601",
        "unknown action",
        "An action is none of those that the language has.",
        """
The actions are entry_long, entry_short, exit_long, exit_short, exit_all and no_action. Stops and
targets are not moved by actions, so adjust_stop, adjust_target and adjust_size do not exist.
""",
        """
actions:
  enter_long: "ema_9 crosses above ema_21"
""",
        """
actions:
  entry_long: "ema_9 crosses above ema_21"
""",
    ),
    Code(
        "E602",
        "percent range",
        "The `percent` of an intent is out of range, or stands on an action that closes nothing.",
        """
`percent` is the share of the remaining position that an exit closes: above 0 and at most 100.
Entries are sized by the risk section.
""",
        """
actions:
  - id: entry
    cases:
      - when: "ema_9 crosses above ema_21"
        emit: [{action: entry_long, percent: 50}]
""",
        """
actions:
  - id: entry
    cases:
      - when: "ema_9 crosses above ema_21"
        emit: [{action: entry_long}]
""",
    ),
    Code(
        "E603",
        "empty block",
        "A block, a list of cases or a list of intents has no members.",
        """
An empty list would be true by the rules of logic, and so trade on every bar. If an action is not
wanted, leave it out.
""",
        """
actions:
  entry_long: {all: []}
""",
        """
actions:
  entry_long: {all: ["ema_9 > ema_21"]}
""",
    ),
)
