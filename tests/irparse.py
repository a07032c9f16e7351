"""Reads back what `compiler.printer.print_play` prints."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from tradec.compiler import ir, trading
from tradec.compiler.printer import RECORDS
from tradec.compiler.types import (
    AnchoredMemory,
    Constant,
    FadingMemory,
    FiniteMemory,
    IntegralMemory,
    Kind,
    Memory,
    Type,
)

_TOKEN = re.compile(
    r"""\s*(?:(?P<type>\{[^}]*\})|(?P<punct>[(),])|(?P<read>[\w]+(?:\.[A-Za-z_]\w*(?:\[-?[\d.]+(?:e[+-]\d+)?\])*)+)
    |(?P<number>-?(?:\d[\d.]*(?:e[+-]?\d+)?|inf|nan)(?=[\s){,]|$))|(?P<op>>=|<=|==|!=|[-+*/%<>])
    |(?P<param>\$\w+)|(?P<word>[\w]+))""",
    re.VERBOSE,
)


def parse(text: str) -> ir.Play:
    """Return the play that was printed."""
    return _Parser(text).play()


def parse_type(text: str) -> Type:
    words = re.findall(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+", text)
    tokens: list[tuple[str, int]] = []
    timeframe, lag = "", 0
    memory: Memory = Constant()
    rest = iter(words[2:])
    for word in rest:
        if "=" in word:
            name, _, code = word.rpartition("=")
            tokens.append((name, int(code)))
        elif word.startswith("@"):
            timeframe = word[1:]
        elif word == "lag":
            lag = int(next(rest))
        else:
            memory = _memory(word, rest)
    unit = words[1].replace("_", " ")
    return Type(
        kind=Kind(words[0]),
        unit=unit,
        tokens=tuple(tokens),
        timeframe=timeframe,
        lag=lag,
        memory=memory,
    )


def _memory(word: str, rest: Iterator[str]) -> Memory:
    match word:
        case "finite":
            return FiniteMemory(int(next(rest)))
        case "fading":
            return FadingMemory(float(next(rest)), int(next(rest)), int(next(rest)))
        case "integral":
            return IntegralMemory(int(next(rest)))
        case _:
            required = int(next(rest))
            return AnchoredMemory(ast.literal_eval(next(rest)), required)


class _Parser:
    def __init__(self, text: str) -> None:
        self.lines = [line for line in text.splitlines() if line]
        self.at = 0
        self.declared: dict[tuple[str, str], Type] = {}

    # --- lines ----------------------------------------------------------------------------------

    def play(self) -> ir.Play:
        names = ("play", "symbol", "exec", "evaluation")
        head = {word: self._word(word) for word in names}
        roles = [(role, timeframe) for role, timeframe in self._all("role")]
        tolerance = float(self._word("warmup_tolerance"))
        params = [ir.Default(name=n, value=ast.literal_eval(v)) for n, v in self._all("param")]
        bars = tuple(self._bars() for _ in self._while("bars "))
        builtins = tuple(self._builtin() for _ in self._while("builtin "))
        series = tuple(self._series() for _ in self._while("series "))
        blocks = tuple(self._block() for _ in self._while("block "))
        records = {name: self._record() for name in RECORDS}
        return ir.Play(
            name=head["play"],
            symbol=head["symbol"],
            exec=head["exec"],
            evaluation=head["evaluation"],
            bars=bars,
            builtins=builtins,
            series=series,
            blocks=blocks,
            warmup_tolerance=tolerance,
            params=tuple(params),
            roles=tuple(roles),
            **records,
        )

    def _line(self) -> str:
        self.at += 1
        return self.lines[self.at - 1]

    def _next_is(self, start: str) -> bool:
        return self.at < len(self.lines) and self.lines[self.at].startswith(start)

    def _while(self, start: str) -> Iterator[None]:
        while self._next_is(start):
            yield None

    def _word(self, name: str) -> str:
        line = self._line()
        assert line.startswith(f"{name} "), (name, line)
        return line.removeprefix(f"{name} ")

    def _all(self, name: str) -> Iterator[tuple[str, str]]:
        for _ in self._while(f"{name} "):
            key, _, value = self._word(name).partition(" ")
            yield key, value

    def _bars(self) -> ir.Bars:
        name = self._word("bars")
        return ir.Bars(id=name, outputs=self._outputs(name))

    def _builtin(self) -> ir.Builtin:
        name, timeframe = self._word("builtin").split()
        return ir.Builtin(id=name, timeframe=timeframe[1:], outputs=self._outputs(name))

    def _outputs(self, series: str) -> tuple[ir.Output, ...]:
        return tuple(self._output(series) for _ in self._while("  gives "))

    def _output(self, series: str) -> ir.Output:
        head, _, type_ = self._word("  gives").partition(": ")
        name, _, first, *marks = head.split()
        found = parse_type(type_)
        self.declared[series, name] = found
        return ir.Output(
            name=name,
            type=found,
            first_valid=int(first),
            empty=int(marks[1]) if "empty" in marks else None,
            exclusive="exclusive" in marks,
        )

    def _series(self) -> ir.Series:
        id_, kind, unit, timeframe, *private = self._word("series").split()
        params = [(name, self._given(value)) for name, value in self._all("  set")]
        takes = [self._optional(self._word("  takes")) for _ in self._while("  takes ")]
        uses = [self._word("  uses") for _ in self._while("  uses ")]
        return ir.Series(
            id=id_,
            unit=unit,
            kind=kind,
            timeframe=timeframe[1:],
            params=tuple(params),
            inputs=tuple(takes),
            uses=tuple(uses),
            outputs=self._outputs(id_),
            private=bool(private),
        )

    def _block(self) -> ir.Block:
        name = self._word("block")
        cases = tuple(self._case() for _ in self._while("  when"))
        otherwise = self._emit() if self._next_is("  else") else ()
        return ir.Block(id=name, cases=cases, otherwise=otherwise)

    def _case(self) -> ir.Case:
        assert self._line() == "  when"
        when = self._condition(2)
        return ir.Case(when=when, emit=self._emit())

    def _emit(self) -> tuple[ir.Intent, ...]:
        self._line()
        return tuple(self._intent() for _ in self._while("    "))

    def _intent(self) -> ir.Intent:
        action, _, percent = self._line().strip().partition(" ")
        return ir.Intent(
            action=ir.Action[action.upper()],
            percent=self._number(percent),
            metadata=tuple(self._note() for _ in self._while("      note ")),
        )

    def _note(self) -> ir.Note:
        name, _, value = self._word("      note").partition("' ")
        given = (
            ir.Word(text=ast.literal_eval(value[2:]))
            if value.startswith("= ")
            else self._number(value)
        )
        return ir.Note(name=name[1:], value=given)

    def _record(self, depth: int = 0) -> Any:
        """Return the record that begins here; its class stands in its first line."""
        of = getattr(trading, self._line().split()[1])
        found: dict[str, Any] = {}
        indent = "  " * (depth + 1)
        while self._next_is(indent):
            name, _, value = self.lines[self.at].strip().partition(" ")
            if value[:1].isupper() and value.isidentifier():
                found[name] = self._record(depth + 1)
                continue
            self.at += 1
            is_plain = value.startswith("= ")
            found[name] = ast.literal_eval(value[2:]) if is_plain else self._optional(value)
        return of(**found)

    # --- conditions -------------------------------------------------------------------------------

    def _condition(self, depth: int) -> ir.Condition:
        line = self._line()
        assert line.startswith("  " * depth), line
        match line.strip():
            case "not":
                return ir.Not(operand=self._condition(depth + 1))
            case "all":
                return ir.All(operands=self._operands(depth + 1))
            case "any":
                return ir.Any(operands=self._operands(depth + 1))
            case "true" | "false" as word:
                return ir.Known(value=word == "true")
            case text if text.startswith("window "):
                head = _Atom(text.removeprefix("window "), self.declared)
                least, samples, stride = head.window()
                operand = self._condition(depth + 1)
                return ir.Window(operand=operand, samples=samples, stride=stride, least=least)
            case text:
                return _Atom(text, self.declared).condition()

    def _operands(self, depth: int) -> tuple[ir.Condition, ...]:
        indent = "  " * depth
        found = []
        while self._next_is(indent):
            found.append(self._condition(depth))
        return tuple(found)

    def _given(self, text: str) -> Any:
        if text.startswith("["):
            return tuple(map(self._number, text[1:-1].split(", ")))
        return self._optional(text)

    def _optional(self, text: str) -> Any:
        if text == "absent":
            return None
        return self._number(text)

    def _number(self, text: str) -> Any:
        return _Atom(text, self.declared).number()


class _Atom:
    """Reads one line: a number, or a condition without conditions below it."""

    def __init__(self, text: str, declared: dict[tuple[str, str], Type]) -> None:
        self.tokens = [(m.lastgroup or "", m.group().strip()) for m in _TOKEN.finditer(text)]
        assert "".join(t for _, t in self.tokens).replace(" ", "") == text.replace(" ", ""), text
        self.declared = declared

    def window(self) -> tuple[Any, Any, int]:
        least = self.number()
        assert self.tokens.pop(0)[1] == "of"
        samples = self.number()
        assert self.tokens.pop(0)[1] == "stride"
        return least, samples, int(self.tokens.pop(0)[1])

    def condition(self) -> ir.Condition:
        if self.tokens[0][1] == "changed":
            del self.tokens[:2]
            return ir.Changed(operand=self.number())
        left = self.number()
        word = self.tokens.pop(0)[1]
        match word:
            case "crosses":
                above = self.tokens.pop(0)[1] == "above"
                return ir.Cross(above=above, left=left, right=self.number())
            case "in":
                return ir.In(operand=left, members=tuple(self._members()))
            case "between":
                low = self.number()
                self.tokens.pop(0)
                return ir.Between(operand=left, low=low, high=self.number())
            case "near":
                right = self.number()
                self.tokens.pop(0)
                relative = self.tokens[0][1] == "ratio"
                if relative:
                    self.tokens.pop(0)
                return ir.Near(relative=relative, left=left, right=right, tolerance=self.number())
            case _:
                return ir.Compare(op=word, left=left, right=self.number())

    def _members(self) -> Iterator[Any]:
        while self.tokens.pop(0)[1] != ")":
            yield self.number()

    def number(self) -> Any:
        group, text = self.tokens.pop(0)
        if text == "(":
            return self._compound()
        type_ = self._type()
        match group:
            case "param":
                return ir.Param(name=text[1:], type=type_)
            case "read":
                series, _, output = text.partition(".")
                offset = 0
                if (series, output) not in self.declared:
                    output, _, last = output.removesuffix("]").rpartition("[")
                    offset = int(last)
                known = type_ or self.declared[series, output]
                return ir.Read(series=series, output=output, offset=offset, type=known)
            case "number":
                value = ast.literal_eval(text)
                kind = Kind.INT if isinstance(value, int) else Kind.FLOAT
                return ir.Const(value=value, type=type_ or Type(kind=kind))
            case _:
                codes = {**dict(type_.tokens), "true": 1, "false": 0}
                return ir.Const(value=codes[text], type=type_)

    def _compound(self) -> Any:
        if self.tokens[0][1] == "-":
            self.tokens.pop(0)
            operand = self.number()
            self.tokens.pop(0)
            return ir.Negate(operand=operand, type=self._type())
        if self.tokens[0][1] in {"abs", "min", "max"}:
            name = self.tokens.pop(0)[1]
            operands = []
            while self.tokens[0][1] != ")":
                operands.append(self.number())
            self.tokens.pop(0)
            return ir.Function(name=name, operands=tuple(operands), type=self._type())
        left = self.number()
        op = self.tokens.pop(0)[1]
        right = self.number()
        self.tokens.pop(0)
        return ir.Arithmetic(op=op, left=left, right=right, type=self._type())

    def _type(self) -> Any:
        if self.tokens and self.tokens[0][0] == "type":
            return parse_type(self.tokens.pop(0)[1][1:-1])
        return None
