import pytest

from tradec.runtime.formula import FormulaError, evaluate

VALUES = {"length": 7, "std": 2.0, "mode": "fractal", "left": None, "levels": (0.5, 1.0)}


@pytest.mark.parametrize(
    ("formula", "want"),
    [
        ("length - 1", 6),
        ("-length + 10", 3),
        ("(length - 1) / (length + 1)", 0.75),
        ("(length - 1) // 4 + length % 4", 4),
        ("length ** 2", 49),
        ("max(length, 9) - min(length, 9)", 2),
        ("ceil(length / 2)", 4),
        ("floor(length / 2)", 3),
        ("0.5 - sqrt(length + 2) / (2 * std)", -0.25),
        ("length if mode == 'fractal' else left + 1", 7),
        ("left + 1 if mode == 'other' else 1", 1),
        ("1 if left == None else 2", 1),
        ("length < 7", False),
        ("length <= 7", True),
        ("length != 7", False),
        ("length == 7 and std > 1", True),
        ("left == None or left > 1", True),
        ("not (length > 7 or std > 2)", True),
        ("len(levels) + 1", 3),
    ],
)
def test_value_of_a_formula(formula: str, want: float) -> None:
    assert evaluate(formula, VALUES) == want


@pytest.mark.parametrize(
    "formula",
    [
        "unknown + 1",
        "__import__('os')",
        "length.real",
        "[length]",
        "length is 1",
        "length @ 1",
        "1 < length < 9",
        "min(length, key=length)",
        "lambda: 1",
    ],
)
def test_anything_else_has_no_place(formula: str) -> None:
    with pytest.raises(FormulaError, match="has no place in a formula"):
        evaluate(formula, VALUES)


def test_unfinished_formula_is_a_syntax_error() -> None:
    with pytest.raises(SyntaxError):
        evaluate("length -", VALUES)
