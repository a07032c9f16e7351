"""The keys of a play, section by section: the one table of the language's surface.

The binder reads plays by it; a JSON Schema and the reference are printed from it.
"""

from tradec.dsl.schema import Alias, Gone, Inner, Key, Number, Section, Special, Text, Word
from tradec.dsl.sections_money import ACCOUNT, ENTRY, POLICY, RISK, RISK_MODEL
from tradec.dsl.sections_runs import BACKTEST, DATE_RANGE, DEPLOY, EXPECTED, SYNTHETIC, VALIDATION
from tradec.dsl.vocabulary import EVALUATIONS, ROLES

TIMEFRAMES = Section(
    path="timeframes",
    keys=(
        Key(name="low_tf", kind=Text(), required=True, meaning="the fastest timeframe"),
        Key(name="med_tf", kind=Text(), required=True, meaning="the timeframe between"),
        Key(name="high_tf", kind=Text(), required=True, meaning="the slowest timeframe"),
        Key(name="exec", kind=Text(), required=True, meaning="the role whose bars are evaluated"),
        Key(name="ltf", kind=Gone(replacement="`low_tf`")),
        Key(name="mtf", kind=Gone(replacement="`med_tf`")),
        Key(name="htf", kind=Gone(replacement="`high_tf`")),
        Key(name="exec_tf", kind=Gone(replacement="`exec`")),
    ),
)

FEATURE = Section(
    path="features.*",
    keys=(
        Key(name="indicator", kind=Text(), required=True, meaning="which indicator"),
        Key(name="params", kind=Special(what="arguments"), meaning="its parameters"),
        Key(name="tf", kind=Text(), default="exec", meaning="timeframe or role"),
        Key(name="source", kind=Text(), default="close", meaning="the series it reads"),
        Key(name="indicator_type", kind=Gone(replacement="`indicator`")),
    ),
)

STRUCTURES = Section(
    path="structures",
    keys=tuple(
        Key(name=name, kind=Special(what="structures"), meaning=f"structures on {name}")
        for name in ("exec", *ROLES)
    ),
)

STRUCTURE = Section(
    path="structures.*",
    keys=(
        Key(name="type", kind=Text(), required=True, meaning="which structure"),
        Key(name="key", kind=Special(what="id"), required=True, meaning="its id"),
        Key(name="params", kind=Special(what="arguments"), meaning="its parameters"),
        Key(name="uses", kind=Special(what="ids"), meaning="the structures above it that it reads"),
        Key(name="structure_type", kind=Gone(replacement="`type`")),
    ),
)

WARMUP = Section(
    path="warmup",
    keys=(
        Key(
            name="tolerance",
            kind=Number(above=0, high=1, parameter=False),
            required=True,
            default="0.001",
            meaning="weight that the beginning of a fading memory may still have",
        ),
    ),
)

ROOT = Section(
    path="",
    keys=(
        Key(
            name="version",
            kind=Text(
                pattern=r"3(\.[0-9]+){1,2}", pattern_text="a version of the language, 3.x or 3.x.y"
            ),
            required=True,
            meaning="version of the language",
        ),
        Key(
            name="name",
            kind=Text(
                pattern=r"[A-Za-z0-9_.-]+", pattern_text="made of letters, digits and `_ . -`"
            ),
            meaning="what the play is called",
        ),
        Key(
            name="id",
            kind=Text(
                pattern=r"[A-Za-z0-9_.-]+", pattern_text="made of letters, digits and `_ . -`"
            ),
            meaning="identity of the play, where it is not its name",
        ),
        Key(name="description", kind=Text(), meaning="for readers"),
        Key(
            name="symbol",
            kind=Text(
                pattern="[A-Z0-9]+(USDT|USDC|PERP)",
                pattern_text="a perpetual such as BTCUSDT",
                upper=True,
            ),
            meaning="the market",
        ),
        Key(
            name="symbol_universe",
            kind=Special(what="symbols"),
            meaning="a list with the market, in place of `symbol`",
        ),
        Key(name="timeframes", kind=Inner(section=TIMEFRAMES), required=True),
        Key(name="variables", kind=Special(what="variables"), meaning="named values"),
        Key(name="account", kind=Inner(section=ACCOUNT), required=True),
        Key(name="features", kind=Special(what="features"), meaning="named indicators"),
        Key(name="structures", kind=Inner(section=STRUCTURES), meaning="market structures"),
        Key(name="setups", kind=Special(what="setups"), meaning="named conditions"),
        Key(name="actions", kind=Special(what="actions"), required=True, meaning="what to do when"),
        Key(name="position_policy", kind=Inner(section=POLICY)),
        Key(name="entry", kind=Inner(section=ENTRY), meaning="how entries are ordered"),
        Key(name="risk", kind=Inner(section=RISK), meaning="stop, target and size"),
        Key(
            name="risk_model",
            kind=Inner(section=RISK_MODEL),
            meaning="stop, target and size in full; wins over risk",
        ),
        Key(name="backtest", kind=Inner(section=BACKTEST), meaning="what a simulation assumes"),
        Key(name="deploy", kind=Inner(section=DEPLOY), meaning="for shadow and live sessions"),
        Key(name="validation", kind=Inner(section=VALIDATION), meaning="for synthetic runs"),
        Key(
            name="evaluation",
            kind=Word(words=EVALUATIONS),
            meaning="when the rules are looked at; every minute where they read its price",
        ),
        Key(
            name="warmup",
            kind=Inner(section=WARMUP, words=("exact",)),
            meaning="how far a fading memory must have faded",
        ),
        Key(name="synthetic", kind=Alias(of="validation", kind=Inner(section=SYNTHETIC))),
        Key(
            name="expected",
            kind=Alias(of="validation: {expect: ...}", kind=Inner(section=EXPECTED)),
        ),
        Key(
            name="date_range",
            kind=Alias(of="backtest: {window: ...}", kind=Inner(section=DATE_RANGE)),
        ),
        Key(name="blocks", kind=Gone(replacement="`actions`")),
        Key(name="signal_rules", kind=Gone(replacement="`actions`")),
        Key(name="risk_limits", kind=Gone(replacement="`account.max_drawdown_pct`")),
        Key(name="exec_tf", kind=Gone(replacement="`timeframes.exec`")),
        Key(name="tf_mapping", kind=Gone(replacement="`timeframes`")),
        Key(name="warmup_bars", kind=Gone(replacement="leave it out: the warm-up is computed")),
        Key(name="tf_configs", kind=Gone(replacement="`features` and `timeframes`")),
        Key(name="feature_specs", kind=Gone(replacement="`features`")),
        Key(name="required_indicators", kind=Gone(replacement="`features`")),
        Key(name="market_structure_blocks", kind=Gone(replacement="`structures`")),
    ),
)
