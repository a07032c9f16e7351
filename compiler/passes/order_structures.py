"""Makes structures explicit, checks what they use and puts them in order."""

from dataclasses import replace

from tradec.compiler.arguments import Arguments, formula_values
from tradec.compiler.catalog import INDICATOR, STRUCTURE
from tradec.compiler.chains import Sources
from tradec.compiler.context import Context
from tradec.compiler.dependencies import Dependencies
from tradec.compiler.order import dependency_order
from tradec.compiler.passes.resolve_features import SOURCE
from tradec.compiler.surface import changed, literals, map_all
from tradec.compiler.volatility import KEY, Volatility
from tradec.dsl import nodes
from tradec.runtime.spec import Spec


def order_structures(play: nodes.Play, context: Context) -> nodes.Play:
    """Return the play with explicit structures, each after those that it uses.

    Needs  resolve_timeframes, resolve_features.
    Gives  structures in dependency order, then by key, with every parameter of their SPEC in its
           order, `uses` in the order of the SPEC, and `atr_key` only where it names a feature. A
           structure of an unknown type stays as it is.

        [{type: trend, key: t, uses: s}, {type: swing, key: s}]  ->  [s, t]
    """
    explicit = _Structures(play, context).explicit
    structures = {str(s.key.value): explicit(s) for s in play.structures}
    needs = {key: [str(u.value) for u in s.uses] for key, s in structures.items()}
    ordered = tuple(structures[key] for key in dependency_order(needs))
    return changed(play, structures=map_all(ordered, lambda structure: structure))


class _Structures:
    def __init__(self, play: nodes.Play, context: Context) -> None:
        self._context = context
        self._variables = dict(literals(play))
        self._arguments = Arguments(
            code="E305",
            variables=self._variables,
            diagnostics=context.diagnostics,
            elsewhere=frozenset({KEY}),
        )
        self._sources = Sources(play.features, context)
        self._volatility = Volatility(play.features, context)
        self._dependencies = Dependencies(play, context)

    def explicit(self, structure: nodes.Structure) -> nodes.Structure:
        """Return the structure with its parameters and what it reads, or itself if unknown."""
        spec = self._context.catalog.find(str(structure.type.value), STRUCTURE)
        if spec is None:
            self._report_unknown(structure.type)
            return structure
        params = self._arguments.complete(structure, structure.type, spec)
        completed = replace(structure, params=self._with_source(structure, params, spec))
        values = formula_values(spec, params, self._variables)
        filled = self._dependencies.checked(structure, spec, values)
        values |= spec.names_of_used({slot: {} for slot in filled})
        completed = self._volatility.resolve(completed, spec, values)
        return replace(completed, uses=tuple(filled.values()))

    def _with_source(
        self, structure: nodes.Structure, params: tuple[nodes.Argument, ...], spec: Spec
    ) -> tuple[nodes.Argument, ...]:
        if SOURCE not in spec.inputs or structure.nested_tf is None:
            return params
        timeframe = str(structure.nested_tf.value)

        def checked(given: nodes.Argument) -> nodes.Argument:
            if given.name != SOURCE or not isinstance(given.value, nodes.Literal):
                return given
            return changed(given, value=self._sources.checked(given.value, timeframe))

        return map_all(params, checked)

    def _report_unknown(self, written: nodes.Literal) -> None:
        name = str(written.value)
        catalog = self._context.catalog
        self._context.diagnostics.report(
            "E304",
            written.span,
            f"unknown structure type `{name}`",
            helps=("declare it under `features`",)
            if name in catalog.names(INDICATOR)
            else catalog.advice(name, STRUCTURE),
        )
