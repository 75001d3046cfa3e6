"""From seconds to ratios, goals, tables, JSON and the plot."""

import json
from xml.etree import ElementTree

import pytest

from benchmarks import plot, report
from benchmarks.figures import Timing, ratio, timings
from benchmarks.goals import verdicts
from benchmarks.works import WORKS


def micro(*figures):
    return Timing(100, [figure * 1e-6 for figure in figures])


@pytest.fixture
def results():
    return {
        "a": {
            "bare": micro(0.5, 0.5, 0.6),
            "glasshouse": micro(1.5, 1.4, 1.6),
            "wheezy.web": micro(1.8, 1.8, 1.9),
            "falcon": "ModuleNotFoundError: falcon",
        },
        "i": {
            "glasshouse without": micro(1.4, 1.5, 8.5),
            "bare": micro(1, 1, 1),
            "glasshouse": micro(2, 2.1, 9),
        },
    }


def test_a_ratio_is_drawn_round_by_round():
    slowing_down = micro(1, 2, 30), micro(2, 4, 60)
    assert ratio(slowing_down[1], slowing_down[0]) == pytest.approx(2)


def test_a_ratio_needs_the_same_rounds():
    with pytest.raises(ValueError, match="zip"):
        ratio(micro(1, 2), micro(1))


def test_one_disturbed_round_changes_neither_minimum_nor_median():
    timing = micro(1, 1, 1, 1, 50)
    assert (timing.minimum, timing.median) == pytest.approx((1e-6, 1e-6))


def test_who_was_not_measured_has_no_timing(results):
    assert "falcon" not in timings(results, "a")
    assert timings(results, "b") == {}


def test_only_goals_that_were_measured_are_judged(results):
    texts = {verdict.text: verdict.kept for verdict in verdicts(results)}
    assert texts["a: glasshouse / bare"]
    assert texts["a: glasshouse faster than wheezy.web"]
    assert not any("flask" in text for text in texts)
    assert texts["a: first (plaintext at a static route)"]


def test_ten_middlewares_are_judged_by_what_they_add(results):
    verdict = next(v for v in verdicts(results) if "middlewares" in v.text)
    assert (verdict.measured, verdict.kept) == ("0.60 µs", False)


def test_the_table_shows_figures_ratios_and_gaps(results):
    head, bare, ours, _, falcon = report.work_rows(results, "a")
    assert head == ["", "min µs", "median µs", "/ bare", "/ glasshouse"]
    assert bare[:4] == ["bare", "0.50", "0.50", "1.00"]
    assert ours[3:] == ["2.80", "1.00"]
    assert falcon == ["falcon", "-", "-", "-", "-"]


def test_the_report_says_why_something_was_not_measured(results):
    assert "a, falcon: ModuleNotFoundError: falcon" in report.text(results)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4123e-6, "0.41"), (12.34e-6, "12.3"), (1234e-6, "1,234")]
)
def test_microseconds_have_three_places(seconds, text):
    assert report.microseconds(seconds) == text


def test_markdown_has_a_rule_below_its_head():
    assert report.markdown([["", "a"], ["b", "1"]]) == "|  | a |\n| --- | ---: |\n| b | 1 |"


def test_the_json_holds_every_round_and_where_it_was_measured(results):
    data = json.loads(json.dumps(report.as_json(results, 3)))
    ours = data["works"]["a"]["contestants"]["glasshouse"]
    assert len(ours["seconds"]) == data["rounds"] == 3
    assert ours["times"]["bare"] == pytest.approx(2.8)
    assert data["machine"]["python"]


def test_the_plot_is_a_document_with_a_bar_for_each_figure(results):
    root = ElementTree.fromstring(plot.svg(results))
    bars = [rect for rect in root.iter() if rect.get("class") in ("peer", "ours")]
    assert len(bars) == 6
    assert len([bar for bar in bars if bar.get("class") == "ours"]) == 3
    assert root.find("{*}title") is not None


def test_a_longer_bar_is_a_slower_contestant(results):
    root = ElementTree.fromstring(plot.svg({"a": results["a"]}))
    bars = [rect for rect in root.iter() if rect.get("class") in ("peer", "ours")]
    widths = [float(rect.get("width", 0)) for rect in bars]
    assert widths == sorted(widths)


def test_every_work_has_a_title_of_its_own():
    assert len({work.title for work in WORKS.values()}) == len(WORKS)
