"""What the visitor would rather have: RFC 9110 §12.5, and headers made to be slow."""

import pytest

from framework.contrib.negotiation import accepts_encoding, best_language, best_type, parse_accept

HTML, JSON, XML = "text/html", "application/json", "application/xml"


@pytest.mark.parametrize(
    ("header", "offers", "best"),
    [
        pytest.param("", [HTML, JSON], HTML, id="no header: the first"),
        pytest.param("*/*", [JSON, HTML], JSON, id="anything: the first"),
        pytest.param("text/html;q=0.1, application/json", [HTML, JSON], JSON, id="weight decides"),
        pytest.param("text/*;q=0.5, text/html;q=0", [HTML], None, id="the precise wish decides"),
        pytest.param("text/*", [JSON, HTML], HTML, id="a range"),
        pytest.param("image/png", [HTML, JSON], None, id="nothing fits"),
        pytest.param("TEXT/HTML", [HTML], HTML, id="case does not count"),
        pytest.param("text/html;q=2, application/xml", [HTML, XML], XML, id="2 is no weight"),
        pytest.param("text/html;q=nan", [HTML], None, id="nan is no weight"),
        pytest.param(",,;q=1,", [HTML], HTML, id="only separators"),
    ],
)
def test_the_best_type_is_the_one_of_the_greatest_weight(header, offers, best):
    assert best_type(header, offers) == best


def test_a_parameter_makes_a_type_more_precise():
    header = "text/html;level=1, text/html;q=0.3"
    assert best_type(header, ["text/html", "text/html;level=1"]) == "text/html;level=1"


@pytest.mark.parametrize(
    ("header", "best"),
    [("es", "es"), ("es-MX", "es"), ("de, es;q=0.5", "es"), ("de", None), ("*", "en"), ("", "en")],
)
def test_the_best_language_may_be_the_shorter_tag(header, best):
    assert best_language(header, ["en", "es"]) == best


@pytest.mark.parametrize(
    ("header", "yes"),
    [
        ("gzip", True),
        ("gzip;q=0", False),
        ("*", True),
        ("br", False),
        ("", False),
        ("*;q=0", False),
    ],
)
def test_gzip_is_used_only_when_it_is_asked_for(header, yes):
    assert accepts_encoding(header, "gzip") is yes


def test_a_hundred_wishes_are_enough():
    assert len(parse_accept("a," * 5_000)) <= 100


@pytest.mark.parametrize("make", [lambda n: 'text/html;q="' + ";" * n + '"', lambda n: "," * n])
def test_a_long_header_takes_linear_time(make, is_linear):
    assert is_linear(parse_accept, make)
