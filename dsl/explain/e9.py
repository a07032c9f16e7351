"""E9xx: native code, where a play is not to blame."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E901",
        "generated code does not compile",
        "tradec wrote code that Cython or the C compiler refuses.",
        """
This is an error of tradec, never of the play. The message names the place in the play that the
code came from. Please report it with the play. The interpreter runs the play meanwhile.
""",
        """
tradec run plays/ema_cross.yml
""",
        """
tradec run plays/ema_cross.yml --engine interpreter
""",
    ),
    Code(
        "E902",
        "no working C compiler",
        "Native code needs a C compiler, and there is none or it fails.",
        """
Install gcc or clang, with the headers of Python where they are a package of their own
(python3-dev). The variable CC names another compiler. The interpreter needs none.
""",
        """
CC=no-such-compiler tradec run plays/ema_cross.yml
""",
        """
CC=gcc tradec run plays/ema_cross.yml
""",
    ),
)
