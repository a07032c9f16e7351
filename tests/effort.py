"""How many examples a property test draws: more in CI, many more by hand.

Profiles: `default`, `ci` and `deep`, chosen by HYPOTHESIS_PROFILE or `--hypothesis-profile`.
"""

from hypothesis import settings

_FACTORS = {"ci": 2.0, "deep": 50.0}


def examples(count: int, *, ci: int | None = None) -> int:
    """Return the number of examples that stands for `count` in the profile that is loaded.

    `ci` is that of CI, where it is said.
    """
    if ci is not None and settings.get_current_profile_name() == "ci":
        return ci
    return round(count * _FACTORS.get(settings.get_current_profile_name(), 1.0))
