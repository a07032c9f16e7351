"""The synthetic markets of the language (play-language.md 16), by name.

The shapes themselves lie in `runtime/data/patterns.py`, which needs numpy; a test compares.
"""

from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.words import join_words, suggest

SUPPORTED = (
    "breakout_clean",
    "ranging",
    "range_wide",
    "reversal_v_bottom",
    "trend_down_clean",
    "trend_up_clean",
    "trending",
    "vol_squeeze_expand",
)

LATER = (
    "accumulation",
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
    "reversal_double_bottom",
    "reversal_double_top",
    "reversal_v_top",
    "trend_exhaustion",
    "trend_grinding",
    "trend_parabolic",
    "trend_stairs",
    "trending_with_gaps",
    "vol_decay",
    "vol_spike_continue",
    "vol_spike_recover",
    "volatile",
)
"""Patterns of the language that this version does not draw."""


def check_pattern(pattern: nodes.Literal, diagnostics: Diagnostics) -> None:
    """Report a pattern that is none (E801), or that no synthetic run can draw yet (W114)."""
    name = str(pattern.value)
    if name in SUPPORTED:
        return
    drawn = (f"patterns that are drawn: {join_words(SUPPORTED, 'and')}",)
    if name in LATER:
        message = f"pattern `{name}` is not drawn yet"
        help_ = "run on market data, or choose another pattern"
        diagnostics.report("W114", pattern.span, message, notes=drawn, helps=(help_,))
        return
    likely = suggest(name, (*SUPPORTED, *LATER))
    diagnostics.report(
        "E801",
        pattern.span,
        f"unknown pattern `{name}`",
        notes=drawn,
        helps=(likely,) if likely else (),
    )
