"""The synthetic markets of the language (play-language.md 16), by name.

The shapes themselves lie in `runtime/data/patterns.py`, which needs numpy; a test compares.
"""

from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.words import join_words, suggest

NAMES = (
    "accumulation",
    "breakout_clean",
    "breakout_false",
    "breakout_retest",
    "choppy_whipsaw",
    "displacement_impulse",
    "distribution",
    "equal_highs_lows",
    "liquidity_hunt_highs",
    "liquidity_hunt_lows",
    "mtf_aligned_bear",
    "mtf_aligned_bull",
    "mtf_pullback_bear",
    "mtf_pullback_bull",
    "multi_tf_aligned",
    "ob_retest",
    "range_ascending",
    "range_descending",
    "range_tight",
    "range_wide",
    "ranging",
    "reversal_double_bottom",
    "reversal_double_top",
    "reversal_v_bottom",
    "reversal_v_top",
    "trend_down_clean",
    "trend_exhaustion",
    "trend_grinding",
    "trend_parabolic",
    "trend_stairs",
    "trend_up_clean",
    "trending",
    "trending_with_gaps",
    "vol_decay",
    "vol_spike_continue",
    "vol_spike_recover",
    "vol_squeeze_expand",
    "volatile",
)


def check_pattern(pattern: nodes.Literal, diagnostics: Diagnostics) -> None:
    """Report a pattern that is none (E801)."""
    name = str(pattern.value)
    if name in NAMES:
        return
    likely = suggest(name, NAMES)
    diagnostics.report(
        "E801",
        pattern.span,
        f"unknown pattern `{name}`",
        notes=(f"patterns: {join_words(NAMES, 'and')}",),
        helps=(likely,) if likely else (),
    )
