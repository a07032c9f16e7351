"""tradec: a declarative trading strategy, compiled to native code."""

__version__ = "0.1.0"
