"""How a unit's reference and its kernel are called, as its SPEC has it."""

from tradec.compiler.unit_chain import UnitChain
from tradec.runtime.spec import INTEGER_INPUTS, Ring


def reference_calls(unit: UnitChain) -> tuple[str, str]:
    """Return how the Python reference is made and stepped."""
    made = ", ".join(f"{p.name}=..." for p in unit.spec.params)
    fed = ", ".join((*unit.spec.slots, *unit.spec.inputs))
    gives = ", ".join(output.name for output in unit.spec.outputs)
    return f"{unit.type_name}({made})", f"step({fed}) -> ({gives},)"


def kernel_calls(unit: UnitChain) -> tuple[str, str]:
    """Return the declarations of the kernel's two functions."""
    spec, state = unit.spec, f"{unit.type_name}* s"
    given = [
        f"{'double' if p.kind == 'float' else 'int64_t'} {p.name}"
        for p in spec.params
        if p.kind != "series"
    ]
    fed = [_pointer(ring) for ring in spec.rings]
    for used in unit.uses:
        fed.append(f"const {used.type_name}* {used.name}")
        fed += [_pointer(ring) for ring in used.spec.rings if ring.shared]
    fed += [f"{'int64_t' if n in INTEGER_INPUTS else 'double'} {n}" for n in spec.inputs]
    if len(spec.outputs) > 1:
        fed.append(f"{unit.type_name}Out* out")
    gives = "void" if len(spec.outputs) > 1 else _ctype(spec.outputs[0].kind)
    return (
        f"void {unit.name}_init({', '.join([state, *given])})",
        f"{gives} {unit.name}_step({', '.join([state, *fed])})",
    )


def _pointer(ring: Ring) -> str:
    return f"{ring.ctype}* {ring.name}"


def _ctype(kind: str) -> str:
    return "double" if kind == "float" else "int64_t"
