"""Finds what is legal in every part and wrong or suspicious as a whole."""

from tradec.compiler import ir
from tradec.compiler.context import Context
from tradec.compiler.literal_rules import LiteralRules
from tradec.compiler.policy_rules import PolicyRules
from tradec.compiler.prover.prove import prove
from tradec.compiler.settings import play_values, setting
from tradec.compiler.usage import check_names, check_usage
from tradec.compiler.written_numbers import account_settings
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import NOWHERE


def check_rules(play: ir.Play, context: Context) -> ir.Play:
    """Return the play itself.

    Needs  infer_types.
    Gives  findings only: contradictions with the exit mode, forbidden sides, what nothing uses,
           conditions that are decided in advance, money left to defaults. What depends on the
           whole play being read is left out once an error is known.

        exit_mode: sl_tp_only, no stop_loss   ->  E702
        rsi_14 > 120                          ->  W107
    """
    diagnostics = context.diagnostics
    sound = not diagnostics.has_errors
    PolicyRules(play, diagnostics).check()
    LiteralRules(play, diagnostics).check()
    _check_money(play, diagnostics)
    if sound:
        check_usage(play, diagnostics)
        check_names(play, diagnostics)
        prove(play, context.catalog, diagnostics)
    return play


def _check_money(play: ir.Play, diagnostics: Diagnostics) -> None:
    account, values = play.account, play_values(play, {})
    sizing = play.risk.sizing
    size = "risk_per_trade_pct" if sizing.span == NOWHERE else "max_position_pct"
    defaults = dict(account_settings(account)) | {size: sizing.value}
    left_out = [name for name, value in defaults.items() if value.span == NOWHERE]
    if left_out:
        only_position = left_out == ["max_position_pct"]
        diagnostics.report(
            "W109",
            (play.risk if only_position else account).span,
            f"money left to its default: {', '.join(left_out)}",
            notes=tuple(f"{n} is {setting(defaults[n], values):g}" for n in left_out),
            helps=("write the values that you mean",),
        )
