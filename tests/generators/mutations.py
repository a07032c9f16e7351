"""Damages a text in the ways of an editor, a merge and a fuzzer."""

from hypothesis import strategies as st

BITS = (
    *("", " ", "\n", "\n  ", "\n\n", "\r\n", "  # c\n", "# c\n", "\n      # deep\n", "\t", "\x00"),
    *(":", ": ", "- ", "? ", "[", "]", "{", "}", ",", '"', "'", "#", "|\n  ", ">\n   ", "\\", "!"),
    *("&a ", "*a", "<<: ", "!!int ", "{a: 1}", "[b, c]", "%", "${", "}", "$", "~", "=", "-", "."),
    *("é", "😀", "9", "a", "all", "not", "\ufeff", "\x85"),
)
LAYOUT = (
    *("", "\n", "\n  ", "\n\n", "\r\n", "  # c\n", "# c\n", "\n      # deep\n", "\n# x\n"),
    *("  ", ": ", "- ", "? ", "[", "]", "{", "}", ",", '"', "'", "#", "|\n  ", ">\n   ", "|+\n  "),
    *("&a ", "*a", "<<: ", "{a: 1}", "[b, c]", "{a: [1, 2], b: }", "a", "9", "é", "\\", "\n   \n"),
)


@st.composite
def mutated(draw: st.DrawFn, texts: list[str], bits: tuple[str, ...] = BITS) -> str:
    """Draw one of the texts with a few bits put in, or in the place of others."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from((0, 0, 0, 1, 3, 12)))
        text = text[:at] + draw(st.sampled_from(bits)) + text[at + length :]
    return text
