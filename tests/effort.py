"""How many examples a property test draws: more in CI, many more by hand.

Profiles: `default`, `ci` and `deep`, chosen by HYPOTHESIS_PROFILE or `--hypothesis-profile`.
"""

from hypothesis import settings

_FACTORS = {"ci": 2.0, "deep": 50.0}


def examples(count: int) -> int:
    """Return the number of examples that stands for `count` in the profile that is loaded."""
    return round(count * _FACTORS.get(settings.get_current_profile_name(), 1.0))
