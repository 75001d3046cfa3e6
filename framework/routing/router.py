"""Router: from method and path to the name of a route and its values.

In   match("GET", "/blog/2026/light/")
Out  ("post_detail", {"year": 2026, "slug": "light"}), or the methods that the path allows:
     ["GET", "HEAD"] is a 405, [] is a 404
A path without values is one dictionary lookup. The others are grouped by *shape* (number of
segments, positions of the literal ones): an application has thousands of routes and a handful
of shapes, so 10,000 routes cost what 10 cost. Specificity decides, never the order of adding:
more literal segments first, then the leftmost, more text in a segment, the narrower converter.

Stop 5 of 9. `build` is the way back; `explain` walks the same patterns and says why.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from framework.routing.converters import CONVERTERS, Converter
from framework.routing.explain import Reason, reason
from framework.routing.pattern import Pattern

Arguments = Mapping[str, Any]
Found = tuple[str, Arguments] | list[str]

NO_ARGUMENTS: Arguments = MappingProxyType({})


@dataclass(slots=True)
class Rule:
    """One pattern and the name that each of its methods leads to."""

    pattern: Pattern
    added: dict[str, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)  # as added, and HEAD where GET is

    @property
    def priority(self) -> tuple[Any, ...]:
        """The order in which rules are tried: literal paths, shapes, tails."""
        pattern = self.pattern
        kind = 2 if pattern.is_tail else 1 if pattern.values else 0
        ranks = [value.rank for value in pattern.values]
        length = len(pattern.segments)
        return (kind, -len(pattern.literals), pattern.literals, -length, ranks, pattern.text)


@dataclass(slots=True)
class Shape:
    """All rules whose literals stand at the same positions, by those literals."""

    rule: Rule  # any one of them: all have the same priority up to the converters
    literals: Callable[[Sequence[str]], Any]
    rules: dict[Any, list[Rule]] = field(default_factory=dict)

    def add(self, rule: Rule) -> None:
        """Files the rule under its literals, the narrowest converters first."""
        same = self.rules.setdefault(self.literals(rule.pattern.segments), [])
        same.append(rule)
        same.sort(key=lambda rule: rule.priority)


class Router:
    """Names of routes by method and path, and back; it knows no controllers."""

    def __init__(self, converters: Mapping[str, Converter] | None = None) -> None:
        self.converters = {**CONVERTERS, **(converters or {})}
        self._rules: dict[str, Rule] = {}
        self._forms: dict[str, str] = {}
        self._static: dict[str, dict[str, Found]] = {}
        self._shapes: dict[int, list[Shape]] = {}
        self._tails: list[Shape] = []
        self._patterns: dict[str, list[Pattern]] = {}

    def add(self, pattern: str, methods: Iterable[str], name: str) -> None:
        """From now on these methods of this pattern lead to the name; GET answers HEAD too.

        Raises ValueError when another name has one of them already.
        """
        rule = self._rules.get(pattern) or self._new_rule(pattern)
        wanted = dict.fromkeys(methods, name)
        for method in wanted:
            if (taken := rule.added.get(method, name)) != name:
                raise ValueError(f"{method} {pattern} leads to {taken!r} already, not {name!r}")
        rule.added |= wanted
        implied = {"HEAD": rule.added["GET"]} if "GET" in rule.added else {}
        rule.methods = implied | rule.added
        if not rule.pattern.values:
            self._static[pattern] = {m: (n, NO_ARGUMENTS) for m, n in rule.methods.items()}
        if rule.pattern not in self._patterns.setdefault(name, []):
            self._patterns[name].append(rule.pattern)

    def _new_rule(self, text: str) -> Rule:
        """Compiles the pattern and files it under its shape."""
        pattern = Pattern(text, self.converters)
        if (twin := self._forms.setdefault(pattern.form, text)) != text:
            raise ValueError(f"{text} takes the same paths as {twin}: name its values as there")
        rule = self._rules[text] = Rule(pattern)
        if pattern.values:
            count = len(pattern.segments)
            shapes = self._tails if pattern.is_tail else self._shapes.setdefault(count, [])
            shape = next((s for s in shapes if _same_shape(s.rule.pattern, pattern)), None)
            if shape is None:
                shape = Shape(rule, itemgetter(*pattern.literals))
                shapes.append(shape)
                shapes.sort(key=lambda shape: shape.rule.priority)
            shape.add(rule)
        return rule

    def match(self, method: str, path: str) -> Found:
        """The name and its arguments; or the methods that the path allows, [] for none."""
        allowed: list[str] = []
        if methods := self._static.get(path):
            if method in methods:
                return methods[method]
            allowed.extend(methods)
        segments = path.split("/")
        for shape in self._shapes.get(len(segments), ()):
            for rule in shape.rules.get(shape.literals(segments), ()):
                arguments = rule.pattern.match(segments)
                if arguments is not None:
                    if method in rule.methods:
                        return rule.methods[method], arguments
                    allowed.extend(rule.methods)
        if self._tails:
            return self._match_tail(method, path, allowed)
        return sorted(set(allowed)) if allowed else allowed

    def _match_tail(self, method: str, path: str, allowed: list[str]) -> Found:
        """The patterns that end in <path:…>: the rest of the path is one segment."""
        for shape in self._tails:
            segments = shape.rule.pattern.split(path)
            if segments is None:
                continue
            for rule in shape.rules.get(shape.literals(segments), ()):
                arguments = rule.pattern.match(segments)
                if arguments is not None:
                    if method in rule.methods:
                        return rule.methods[method], arguments
                    allowed.extend(rule.methods)
        return sorted(set(allowed))

    def build(self, name: str, arguments: Arguments = NO_ARGUMENTS) -> str:
        """The path of a name; LookupError for an unknown one, ValueError for other values."""
        patterns = self._patterns.get(name)
        if patterns is None:
            near = get_close_matches(name, self._patterns, 3)
            raise LookupError(f"no route is named {name!r}; near: {near}")
        if len(patterns) == 1:
            return patterns[0].build(arguments)
        fitting = [pattern for pattern in patterns if set(pattern.names) == set(arguments)]
        return (fitting or patterns)[0].build(arguments)

    def explain(self, method: str, path: str) -> list[Reason]:
        """Each rule in the order of `match` with its verdict; the first "match" is the winner."""
        rules = sorted(self._rules.values(), key=lambda rule: rule.priority)
        return [reason(rule.pattern, rule.methods, method, path) for rule in rules]


def _same_shape(left: Pattern, right: Pattern) -> bool:
    """Whether both have as many segments and their literals at the same positions."""
    return left.literals == right.literals and len(left.segments) == len(right.segments)
