"""W140: what the parameters of units say against each other."""

from tradec.dsl.explain.code import Code

_ZONES = """
structures:
  exec:
    - {{type: swing, key: swing, params: {{left: 5, right: 5}}}}
    - type: derived_zone
      key: zones
      uses: swing
      params: {{levels: [0.382, 0.5, 0.618], max_active: {slots}}}
actions:
  entry_long: "zones.zone[0].touched_this_bar"
"""

CODES: tuple[Code, ...] = (
    Code(
        "W140",
        "parameters against each other",
        "Parameters of a feature or structure are legal, but together they are hardly meant.",
        """
What one of them asks for, another one takes away: zones for three levels that have two slots to
live in, for example.
""",
        _ZONES.format(slots=2),
        _ZONES.format(slots=3),
    ),
)
