"""Figures beside peers and aims, as one Markdown table a measurement, and a verdict a row of the whole."""


class Table:
    """Rows under a heading."""

    def __init__(self, *header):
        self.lines = [header, ["---"] * len(header)]

    def add(self, *cells):
        self.lines.append([cell if isinstance(cell, str) else number(cell) for cell in cells])

    def __str__(self):
        return "\n".join("| " + " | ".join(line) + " |" for line in self.lines)


class Verdicts:
    """Which aims were met; what to try next for those that were not."""

    def __init__(self):
        self.table = Table("what", "Cordon", "peer", "ratio", "aim", "")
        self.ideas = []

    def add(self, what, ours, peer, aim, met, *, gap="", idea="", ratio=None):
        """`ours` and `peer` are numbers or texts; `gap` and `idea` are printed for an aim that is missed."""
        if ratio is None and all(isinstance(figure, (int, float)) for figure in (ours, peer)) and peer:
            ratio = ours / peer
        self.table.add(what, ours, peer, "-" if ratio is None else ratio, aim, "met" if met else "**missed**")
        if not met:
            self.ideas.append(f"- {what}: {gap}. Next: {idea}.")

    def __str__(self):
        return "\n".join([str(self.table), *([""] + self.ideas if self.ideas else [])])


def number(value):
    """As many digits as tell two results apart, and no exponent."""
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4f}" if abs(value) < 1.0005 else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
