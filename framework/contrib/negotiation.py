"""Negotiation: what the visitor would rather have, of what there is.

RFC 9110 §12.5.1 (Accept), §12.5.3 (Accept-Encoding), §12.5.4 (Accept-Language), §12.4.2 (q).
In   best_type("text/html, application/json;q=0.9", ["application/json", "text/html"])
Out  "text/html"; None when nothing that there is will do (406)
A weight that is no weight counts as 0, as if the entry were not there: nothing raises, and a
header of 64 KB costs 16 times what one of 4 KB costs. The answer depends on the header, so say
`response.vary("Accept")`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from re import compile as compile_pattern

WEIGHT = compile_pattern(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
MAX_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One wish: a value, its parameters, its weight from 0 (never) to 1."""

    value: str
    weight: float = 1.0
    parameters: dict[str, str] = field(default_factory=dict)


def parse_accept(header: str) -> list[Entry]:
    """The wishes of the header in the order sent, at most 100 of them.

    >>> [(e.value, e.weight) for e in parse_accept("da, en-GB;q=0.8, *;q=0")]
    [('da', 1.0), ('en-gb', 0.8), ('*', 0.0)]
    """
    entries = []
    for part in header.split(",", MAX_ENTRIES)[:MAX_ENTRIES]:
        value, *rest = part.split(";")
        parameters = {}
        for parameter in rest:
            name, _, text = parameter.partition("=")
            parameters[name.strip().lower()] = text.strip().strip('"').lower()
        weight = parameters.pop("q", "1")
        if value.strip():
            number = float(weight) if WEIGHT.fullmatch(weight) else 0.0
            entries.append(Entry(value.strip().lower(), number, parameters))
    return entries


def best_type(header: str, offers: Sequence[str]) -> str | None:
    """The media type of `offers` that the visitor prefers; the first one without a header.

    >>> best_type("text/*;q=0.5, application/json", ["text/html", "application/json"])
    'application/json'
    """
    return _best(header, offers, _type_fit)


def best_language(header: str, offers: Sequence[str]) -> str | None:
    """The language of `offers` that the visitor prefers (RFC 4647 §3.4, lookup).

    >>> best_language("de-CH, es;q=0.7", ["en", "es", "de"])
    'de'
    """
    return _best(header, offers, _language_fit)


def accepts_encoding(header: str, coding: str) -> bool:
    """Whether the coding may be used; without a header it may not, plain always may.

    >>> accepts_encoding("br, gzip;q=0.5", "gzip"), accepts_encoding("gzip;q=0", "gzip")
    (True, False)
    """
    weights = {entry.value: entry.weight for entry in parse_accept(header)}
    return weights.get(coding, weights.get("*", 0.0)) > 0


def _best(header: str, offers: Sequence[str], fit: Callable[[Entry, str], int]) -> str | None:
    """The offer of the greatest weight; of equal ones the earlier."""
    entries = parse_accept(header)
    if not entries:
        return offers[0] if offers else None
    best, best_weight = None, 0.0
    for offer in offers:
        fits = [(fit(entry, offer.lower()), entry.weight) for entry in entries]
        closeness, weight = max(fits, key=lambda pair: pair[0])  # the most precise wish decides
        if closeness and weight > best_weight:
            best, best_weight = offer, weight
    return best


def _type_fit(entry: Entry, offer: str) -> int:
    """0 does not fit, then */*, text/*, text/html, text/html;level=1."""
    kind, *rest = [part.strip() for part in offer.split(";")]
    parameters = dict(part.split("=", 1) for part in rest if "=" in part)
    if entry.value == "*/*":
        return 1
    if entry.value == kind.partition("/")[0] + "/*":
        return 2
    if entry.value != kind or any(parameters.get(k) != v for k, v in entry.parameters.items()):
        return 0
    return 3 + len(entry.parameters)


def _language_fit(entry: Entry, offer: str) -> int:
    """0 does not fit, 1 by "*", else the longer the common tag the better."""
    if entry.value == "*":
        return 1
    if entry.value == offer:
        return 100
    shorter = entry.value.startswith(offer + "-") or offer.startswith(entry.value + "-")
    return 2 + min(entry.value.count("-"), offer.count("-")) if shorter else 0
