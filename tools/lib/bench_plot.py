"""A plot with logarithmic axes as an SVG file, without a library.

It has its own white background, so that it can be read on a dark page too.
"""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 480
LEFT, RIGHT, TOP, BOTTOM = 88, 178, 68, 62      # margins around the axes
LINE = 17           # least distance of two labels
FONT = "font-family='DejaVu Sans, Verdana, Helvetica, Arial, sans-serif'"
INK, GREY, GRID = "#222222", "#555555", "#dddddd"
# Colours that people with any kind of colour vision can tell apart.
STYLES = {
    "tree": ("#0072b2", "stroke-width='3.5'"),
    "table": ("#009e73", "stroke-width='2'"),
    "page": ("#c26a00", "stroke-width='2'"),
    "eager": ("#a8447f", "stroke-width='2'"),
    "linux": ("#222222", "stroke-width='2' stroke-dasharray='7 4'"),
}


def power(exponent):
    """10 to the exponent, for a person."""
    names = {3: "1,000", 4: "10,000", 5: "100,000", 6: "1 million",
             7: "10 million", 8: "100 million", 9: "1 billion"}
    return names.get(exponent, f"{10 ** exponent:,}")


class Plot:
    """Series of (x, y) points; x positions and their labels are given."""

    def __init__(self, title, x_title, y_title, ticks, series):
        self.titles = title, x_title, y_title
        self.ticks = ticks              # [(x, label)]
        self.series = series            # [(name, label, [(x, y)])]
        values = [y for _, _, points in series for _, y in points]
        self.low = math.floor(math.log10(min(values)))
        self.high = math.ceil(math.log10(max(values)))
        self.parts = []

    def x(self, value):
        first, last = (math.log(self.ticks[i][0]) for i in (0, -1))
        part = (math.log(value) - first) / (last - first)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    def line(self, start, end, colour):
        self.parts.append(
            f"<line x1='{start[0]:.1f}' y1='{start[1]:.1f}' x2='{end[0]:.1f}' "
            f"y2='{end[1]:.1f}' stroke='{colour}'/>")

    def text(self, at, words, anchor="start", colour=INK, more=""):
        self.parts.append(
            f"<text x='{at[0]:.1f}' y='{at[1]:.1f}' text-anchor='{anchor}' "
            f"fill='{colour}' {more}>{escape(words)}</text>")

    def axes(self):
        title, x_title, y_title = self.titles
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        self.text((18, 27), title, more="font-size='16' font-weight='bold'")
        self.text((18, 47), y_title, colour=GREY)
        self.text(((LEFT + right) / 2, HEIGHT - 16), x_title, "middle", GREY)
        for exponent in range(self.low, self.high + 1):
            y = self.y(10 ** exponent)
            self.line((LEFT, y), (right, y), GRID)
            self.text((LEFT - 8, y + 4), power(exponent), "end", GREY)
        for value, label in self.ticks:
            x = self.x(value)
            self.line((x, bottom), (x, bottom + 5), GREY)
            self.text((x, bottom + 21), label, "middle", GREY)
        self.line((LEFT, bottom), (right, bottom), GREY)

    def curves(self):
        """The first series is drawn last, on top of the others."""
        for name, _, points in reversed(self.series):
            colour, stroke = STYLES[name]
            path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}"
                            for x, y in points)
            self.parts.append(f"<polyline points='{path}' fill='none' "
                              f"stroke='{colour}' {stroke}/>")
            for x, y in points:
                self.parts.append(f"<circle cx='{self.x(x):.1f}' cy='"
                                  f"{self.y(y):.1f}' r='3.2' fill='{colour}'/>")

    def labels(self):
        """At the ends of the curves, the lowest first, kept apart."""
        floor = HEIGHT
        for name, label, points in sorted(
                self.series, key=lambda one: one[2][-1][1]):
            y = min(self.y(points[-1][1]) + 4, floor - LINE)
            floor = y
            self.text((WIDTH - RIGHT + 10, y), label, colour=STYLES[name][0],
                      more="font-weight='bold'" if name == "tree" else "")

    def svg(self):
        self.parts = []
        self.axes()
        self.curves()
        self.labels()
        body = "\n".join(self.parts)
        return (f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' "
                f"height='{HEIGHT}' viewBox='0 0 {WIDTH} {HEIGHT}' {FONT} "
                f"font-size='12.5'>\n<rect width='{WIDTH}' height='{HEIGHT}' "
                f"fill='#ffffff'/>\n{body}\n</svg>\n")
