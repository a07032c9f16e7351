"""Build the compiled runtime and the grammar's tables; what is static lives in pyproject.toml."""

import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

ROOT = Path("src/tradec")
PARTS = ("dsl", "compiler", "runtime", "templates", "plays")
FLAGS = ("-O2", "-fno-math-errno", "-ffp-contract=off")


def ensure_links() -> None:
    """Make `src/tradec/<part>` lead to `../../<part>` again where a tool dropped the link."""
    for part in PARTS:
        link, home = ROOT / part, Path(part)
        if home.is_dir() and not link.is_dir():  # in an sdist the parts are real folders there
            link.unlink(missing_ok=True)
            link.symlink_to(Path("../..") / part, target_is_directory=True)


def extensions() -> list[Extension]:
    """Return one extension per `.pyx` of the runtime, named as it is imported."""
    return [
        Extension(
            ".".join(("tradec", *source.relative_to(ROOT).with_suffix("").parts)),
            [str(source)],
            extra_compile_args=list(FLAGS),
        )
        for source in sorted((ROOT / "runtime").glob("**/*.pyx"))
    ]


def write_grammar_tables() -> None:
    """Write the parser's tables beside the grammar, so that no run has to build them."""
    sys.path.insert(0, "src")
    from tradec.dsl.grammar import write_tables  # noqa: PLC0415  the links come first

    write_tables(Path("dsl/expr.tables" if Path("dsl").is_dir() else ROOT / "dsl/expr.tables"))


ensure_links()
write_grammar_tables()
setup(
    ext_modules=cythonize(
        extensions(),
        build_dir="build/cython",
        include_path=["src"],
        compiler_directives={"language_level": 3, "embedsignature": True},
    ),
    options={"build": {"build_base": "build/setuptools"}},
)
