"""Words the findings of the prover: what is decided, by which part of the play, and why."""

from collections.abc import Iterable, Sequence

from tradec.compiler import ir
from tradec.compiler.prover.refute import Proof
from tradec.compiler.prover.spoken import Spoken
from tradec.compiler.prover.terms import Extreme, Shifted, Terms
from tradec.compiler.prover.words import Words
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.span import NOWHERE
from tradec.dsl.words import join_words

_ROUNDING = "but for the rounding of the last digits"


class Telling:
    """Reports findings about one play."""

    def __init__(self, words: Words, terms: Terms, diagnostics: Diagnostics) -> None:
        self._words = words
        self._terms = terms
        self._diagnostics = diagnostics

    def decided(self, atom: ir.Condition, proof: Proof, *, always: bool) -> None:
        """Report an atom that is always or never true."""
        literal = _literal(atom) if self._is_range(proof) else None
        notes = self._notes(proof) or ("both sides are the same",)
        when = "always" if always else "never"
        code = "W107" if literal is not None else "W120" if always else "W101"
        span = atom.span if literal is None else literal.span
        self._diagnostics.report(
            code,
            span if span != NOWHERE else atom.span,
            f"{self._words.quoted(atom)} is {when} true",
            notes=notes,
            helps=self._helps(proof),
        )

    def contradiction(self, conditions: Sequence[ir.Condition], proof: Proof) -> None:
        """Report conditions that are never true together (W101)."""
        *others, last = conditions
        self._diagnostics.report(
            "W101",
            last.span,
            f"{self._joined(conditions)} are never true together",
            labels=_labels(others, "this cannot be true then"),
            notes=self._notes(proof) or self._circle(conditions),
            helps=self._helps(proof),
        )

    def tautology(self, conditions: Sequence[ir.Condition], proof: Proof) -> None:
        """Report conditions of which one is always true (W120)."""
        *others, last = conditions
        self._diagnostics.report(
            "W120",
            last.span,
            f"{self._joined(conditions, 'or')} is always true",
            labels=_labels(others, "this is true where the other is not"),
            notes=self._notes(proof) or self._paired("whatever is not {} is {}", conditions),
        )

    def repetition(
        self, condition: ir.Condition, because: Sequence[ir.Condition], proof: Proof, *, joint: bool
    ) -> None:
        """Report a condition that adds nothing to those beside it (W121)."""
        text = self._words.quoted(condition)
        if condition in because:
            message, label, pair = f"{text} is said twice", "the same", []
        elif joint:
            message = f"{text} adds nothing: it follows from {self._joined(because)}"
            label, pair = "this asks for more", [*because, condition]
        else:
            message = f"{text} adds nothing: {self._joined(because, 'or')} is true as well then"
            label, pair = "this is true whenever it is", [condition, *because]
        self._diagnostics.report(
            "W121",
            condition.span,
            message,
            labels=_labels(because, label),
            notes=self._notes(proof) or self._paired("whatever is {} is {}", pair),
            helps=("remove it, or write what you mean",),
        )

    def excluded(
        self, condition: ir.Condition, because: Sequence[ir.Condition], proof: Proof
    ) -> None:
        """Report a side of a choice that is never true beside other conditions (W101)."""
        self._diagnostics.report(
            "W101",
            condition.span,
            f"{self._words.quoted(condition)} is never true beside {self._joined(because)}",
            labels=_labels(because, "this excludes it"),
            notes=self._notes(proof) or self._circle([condition, *because]),
            helps=self._helps(proof),
        )

    # --- actions ---------------------------------------------------------------------------

    def unreached_case(self, case: ir.Case, because: Sequence[ir.Condition], proof: Proof) -> None:
        """Report a case whose block always speaks before it (W122)."""
        self._diagnostics.report(
            "W122",
            case.when.span,
            f"the case {self._words.quoted(case.when)} is never reached: "
            f"{self._joined(because, 'or')} is true as well then",
            labels=_labels(because, "this case speaks instead"),
            notes=self._notes(proof),
            helps=("put the narrower case first",),
        )

    def unreached_entry(
        self, intent: ir.Intent, because: Sequence[ir.Condition], proof: Proof | None
    ) -> None:
        """Report an entry before which another one always acts (W122)."""
        action = intent.action.name.lower()
        self._diagnostics.report(
            "W122",
            intent.span,
            f"`{action}` never acts: another entry always acts before it",
            labels=_labels(because, "true whenever this entry is asked for"),
            notes=() if proof is None else self._notes(proof),
            helps=("put it first, or ask for something that excludes the other",),
        )

    def undone(self, entry: Spoken, exit_: Spoken, proof: Proof) -> None:
        """Report an entry that is true only where an exit of its side is (W123)."""
        names = [one.intent.action.name.lower() for one in (entry, exit_)]
        self._diagnostics.report(
            "W123",
            exit_.intent.span,
            f"whenever `{names[0]}` is true, `{names[1]}` is true as well",
            label="leaves what was just entered",
            labels=(Label(span=entry.intent.span, text="enters here"),),
            notes=self._notes(proof),
            helps=("let the exit ask for what the entry excludes",),
        )

    # --- parts of a diagnostic ---------------------------------------------------------------

    def _joined(self, conditions: Iterable[ir.Condition], word: str = "and") -> str:
        return join_words(map(self._words.condition, conditions), word)

    def _notes(self, proof: Proof) -> tuple[str, ...]:
        notes = self._words.facts(proof.facts())
        return notes if proof.exact else (*notes, _ROUNDING)

    def _circle(self, conditions: Sequence[ir.Condition]) -> tuple[str, ...]:
        """Return why comparisons without any fact contradict each other."""
        said = self._words.predicates(conditions)
        if said:
            subject = self._words.subject(conditions[0])
            return (f"`{subject}` is never {' and '.join(said)} at once",)
        return ("any two of them exclude the third",) if len(conditions) == 3 else ()

    def _paired(self, sentence: str, conditions: Sequence[ir.Condition]) -> tuple[str, ...]:
        said = self._words.predicates(conditions)
        return (sentence.format(*said),) if len(said) == 2 else ()

    def _is_range(self, proof: Proof) -> bool:
        """Return whether a proof speaks of ranges only."""
        facts = proof.facts()
        return bool(facts) and all(len(fact.terms) == 1 for fact in facts)

    def _helps(self, proof: Proof) -> tuple[str, ...]:
        """Return the advice to look at a window of bars before the present one."""
        for fact in proof.facts():
            match [self._terms[term].subject for term in fact.terms]:
                case [Shifted(number=ir.Read(offset=0) as read), Extreme()] if not _is_bar(read):
                    earlier = self._words.number(
                        ir.Read(series=read.series, output=read.output, offset=1, type=read.type)
                    )
                    return (f"write `{earlier}` to leave the present bar out",)
        return ()


def _is_bar(read: ir.Read) -> bool:
    return read.series == read.type.timeframe


def _literal(atom: ir.Condition) -> ir.Number | None:
    """Return the literal, or the variable, that an atom compares with; None if there is none."""
    match atom:
        case ir.Compare(right=ir.Const() | ir.Param() as right):
            return right
        case ir.Cross(right=ir.Const() | ir.Param() as right):
            return right
        case ir.Between(low=ir.Const() | ir.Param() as low, high=ir.Const() | ir.Param()):
            return low
        case _:
            return None


def _labels(conditions: Iterable[ir.Condition], text: str) -> tuple[Label, ...]:
    return tuple(Label(span=one.span, text=text) for one in conditions)
