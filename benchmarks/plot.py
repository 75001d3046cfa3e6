"""The plot: one bar per contestant and work, on a logarithmic scale of time / bare, as SVG.

It carries its own light and dark colours and a title and description for screen readers; the
table says the same in text.

In   Results                          Out  an SVG document
"""

from __future__ import annotations

from html import escape
from math import log10

from .figures import Results, ratio, timings
from .peers import CONTESTANTS
from .report import times
from .works import WORKS

LABELS, BARS, FIGURES = 170, 520, 60  # widths in px: names to the left, figures to the right
ROW, HEAD, GAP = 18, 34, 14

TITLE = "CPU time per request, as a multiple of bare WSGI"
ROLE = 'role="img" aria-labelledby="title description"'
STYLE = """
text { font: 12px Inter, system-ui, sans-serif; fill: #1d2a24 }
.work { font-weight: 600 }
.axis { fill: #55635b; font-size: 11px }
.grid { stroke: #d9ddd3 }
.paper { fill: #fbfaf6 }
.peer { fill: #a9b5ab }
.ours { fill: #1f6b43 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6ebe2 } .axis { fill: #a3afa4 } .grid { stroke: #2f3a31 }
  .paper { fill: #10150f } .peer { fill: #55635b } .ours { fill: #7fd0a0 }
}
"""


def decades(results: Results) -> int:
    """How many powers of ten the slowest contestant is above bare, at least one."""
    slowest = max(
        (
            ratio(timing, timings(results, work)["bare"])
            for work in results
            if "bare" in timings(results, work)
            for timing in timings(results, work).values()
        ),
        default=1.0,
    )
    return max(1, int(log10(slowest)) + 1)


def svg(results: Results) -> str:
    """The whole plot. Works that were measured without bare are left out."""
    scale = BARS / decades(results)
    parts, top = [], 58
    for work in results:
        block, top = _work(results, work, top, scale)
        parts += block
    width = LABELS + BARS + FIGURES
    grid = [_grid(power, scale, top) for power in range(decades(results) + 1)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" {ROLE}>',
            f'<title id="title">{TITLE}</title>',
            '<desc id="description">Shorter is faster; the scale is logarithmic.</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{width}" height="{top}"/>',
            f'<text class="work" x="12" y="22">{TITLE}</text>',
            *grid,
            *parts,
            "</svg>",
            "",
        ]
    )


def _grid(power: int, scale: float, bottom: int) -> str:
    x = LABELS + power * scale
    return (
        f'<line class="grid" x1="{x:.1f}" y1="48" x2="{x:.1f}" y2="{bottom - 8}"/>'
        f'<text class="axis" x="{x:.1f}" y="42" text-anchor="middle">{10**power:,}</text>'
    )


def _work(results: Results, work: str, top: int, scale: float) -> tuple[list[str], int]:
    measured = timings(results, work)
    if "bare" not in measured:
        return [], top
    heading = escape(f"{work}  {WORKS[work].title}")
    parts = [f'<text class="work" x="12" y="{top + 18}">{heading}</text>']
    top += HEAD
    for name, timing in sorted(measured.items(), key=lambda item: item[1].median):
        value = ratio(timing, measured["bare"])
        width = max(1.0, log10(max(1.0, value)) * scale)
        kind = "ours" if CONTESTANTS[name].is_ours else "peer"
        parts.append(
            f'<text x="{LABELS - 8}" y="{top + 9}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="{kind}" x="{LABELS}" y="{top - 2}" width="{width:.1f}" height="13"/>'
            f'<text class="axis" x="{LABELS + width + 5:.1f}" y="{top + 9}">{times(value)}</text>'
        )
        top += ROW
    return parts, top + GAP
