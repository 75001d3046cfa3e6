"""What explain says, and that it never says anything else than match does."""

import os
import random
from functools import cache

import pytest

from framework.routing import router as room
from framework.routing.pattern import Pattern
from framework.routing.router import Router

ID = "0191f0a2-7b1c-4c3d-8e5f-0123456789ab"


def explained(pattern, path, method="GET", methods=("GET",)):
    router = Router()
    router.add(pattern, methods, "page")
    (reason,) = router.explain(method, path)
    return reason


@pytest.mark.parametrize(
    ("pattern", "path", "code", "sentence"),
    [
        ("/blog/", "/blog/", "matched", "every segment fits"),
        ("/<int:id>", "/5", "matched", "every segment fits"),
        ("/f/<path:p>", "/f/a/b", "matched", "every segment fits"),
        ("/blog/", "/shop/", "segment_differs", 'segment 1: wanted "blog", got "shop"'),
        ("/a/<x>/c", "/a/b/d", "segment_differs", 'segment 3: wanted "c", got "d"'),
        ("/a/<int:id>", "/a/b", "converter_rejected", 'segment 2: <int:id> does not take "b"'),
        ("/v<int:n>", "/1", "converter_rejected", 'segment 1: v<int:n> does not take "1"'),
        ("/f/<path:p>", "/f/../x", "converter_rejected", '2: <path:p> does not take "../x"'),
        ("/a/b", "/a", "length_differs", "wanted 2 segments, got 1"),
        ("/a/b", "/a/b/", "length_differs", "wanted 2 segments, got 3"),
        ("/blog/", "/blog", "missing_slash", 'the path fits with a "/" at its end'),
        ("/<int:id>/", "/5", "missing_slash", 'the path fits with a "/" at its end'),
        ("/<int:id>/", "/a", "length_differs", "wanted 2 segments, got 1"),
    ],
)
def test_each_pattern_is_told_its_reason(pattern, path, code, sentence):
    reason = explained(pattern, path)
    assert (reason.code, reason.name, reason.pattern) == (code, "page", pattern)
    assert reason.sentence.endswith(sentence)


def test_a_method_that_is_missing_is_told():
    reason = explained("/<x>", "/a", "DELETE", ["POST", "GET"])
    assert (reason.verdict, reason.code) == ("almost", "method_not_allowed")
    assert reason.sentence == "the path fits, for GET, HEAD, POST, not for DELETE"


@pytest.mark.parametrize(
    ("path", "verdict"), [("/5/", "match"), ("/5", "almost"), ("/a/", "no_match")]
)
def test_the_verdict_is_one_of_three(path, verdict):
    assert explained("/<int:id>/", path).verdict == verdict


def test_rules_stand_in_the_order_in_which_they_are_tried():
    router = Router()
    patterns = ["/", "/a/<x>", "/<int:x>/b", "/<x>/b", "/<int:x>/<y>", "/a/<path:p>", "/<path:p>"]
    for pattern in reversed(patterns):
        router.add(pattern, ("GET",), pattern)
    assert [reason.pattern for reason in router.explain("GET", "/a/b")] == patterns


def test_the_name_is_that_of_the_method():
    router = Router()
    router.add("/", ["GET"], "show")
    router.add("/", ["POST"], "change")
    assert [reason.name for reason in router.explain("POST", "/")] == ["change"]


def test_an_empty_table_has_nothing_to_explain():
    assert Router().explain("GET", "/") == []


# explain against match


TABLES = 100_000
SEED = int(os.environ.get("EXPLAIN_SEED", "20261120"))
PIECES = (
    *("a", "b", "1", "", "<int:{}>", "<slug:{}>", "<str:{}>", "<uuid:{}>"),
    *("a<int:{}>", "a<{}>", "<{}>b", "<slug:{}>.b"),
)
TAILS = ("", "", "", "<path:{}>", "a/<path:{}>")
TEXTS = ("a", "a", "b", "1", "2", "a1", "ab", "1b", "x.b", "a.b", "é é", ID, "", "..", "ab.b")
METHODS = (("GET",), ("POST",), ("GET", "POST"), ("HEAD",), ("PUT", "GET"))


def random_pattern(rng):
    pieces = [*rng.choices(PIECES, k=rng.randint(0, 3)), rng.choice(TAILS)]
    return "/" + "/".join(piece.format("abcd"[n]) for n, piece in enumerate(pieces))


def random_routes(rng):
    """Pattern, methods and a name of its own for each."""
    return [(random_pattern(rng), rng.choice(METHODS), f"r{n}") for n in range(rng.randint(1, 5))]


def random_path(rng, routes):
    """Any path, or half the time one that is near a pattern of the table."""
    if rng.random() < 0.5:
        return "/" + "/".join(rng.choices(TEXTS, k=rng.randint(1, 4)))
    pieces = rng.choice(routes)[0].split("/")
    return "/".join(rng.choice(TEXTS) if "<" in piece else piece for piece in pieces)


def made(routes):
    """A router of those routes that do not contradict each other, and which those are."""
    router, kept = Router(), []
    for route in routes:
        try:
            router.add(*route)
        except ValueError:
            continue
        kept.append(route)
    return router, kept


def agreed(router, method, path):
    """The answer of match, if that of explain is the same."""
    found, reasons = router.match(method, path), router.explain(method, path)
    winner = next((reason.name for reason in reasons if reason.verdict == "match"), None)
    if isinstance(found, tuple):
        return found if winner == found[0] else None
    refused = [reason.wanted for reason in reasons if reason.code == "method_not_allowed"]
    allowed = {name for names in refused for name in names.split(", ")}
    return found if winner is None and sorted(allowed) == found else None


def test_explain_and_match_agree_on_100_000_random_tables(monkeypatch):
    once = cache(Pattern)  # a text is compiled once, not in each table
    monkeypatch.setattr(room, "Pattern", lambda text, converters: once(text))
    print(f"EXPLAIN_SEED={SEED}")
    rng = random.Random(SEED)
    outcomes = {"match": 0, "405": 0, "404": 0}
    for number in range(TABLES):
        wanted = random_routes(rng)
        router, routes = made(wanted)
        method, path = rng.choice(("GET", "POST", "HEAD")), random_path(rng, wanted)
        answer = agreed(router, method, path)
        assert answer is not None, (SEED, number, routes, method, path)
        outcomes["match" if isinstance(answer, tuple) else "405" if answer else "404"] += 1
        if number % 10 == 0:
            rng.shuffle(routes)
            assert made(routes)[0].match(method, path) == answer, (SEED, number, routes, path)
    assert min(outcomes.values()) > TABLES // 50, outcomes  # each kind was there


def test_the_comparison_notices_a_router_that_decides_otherwise(monkeypatch):
    router = Router()
    router.add("/<int:a>", ["GET"], "number")
    router.add("/<slug:a>", ["GET"], "slug")
    assert agreed(router, "GET", "/5") == ("number", {"a": 5})
    monkeypatch.setattr(router, "match", lambda method, path: ("slug", {"a": path[1:]}))
    assert agreed(router, "GET", "/5") is None
