"""A context for passes that report nothing."""

from tradec.compiler.catalog import standard
from tradec.compiler.context import Context
from tradec.dsl.diagnostics import Diagnostics

CONTEXT = Context(catalog=standard(), diagnostics=Diagnostics())
