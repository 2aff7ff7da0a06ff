"""The calibration bench: whether a clean fleet's alerts come at the budgeted rate."""


def measure(bench, verdicts):
    text = bench.once(
        "calibration", lambda: bench.run("cordon-bench", "calibration", *(["--fleets", "1"] if bench.quick else []))
    )
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    judged = [row for row in rows if len(row) == 6 and row[-1] in ("yes", "no")]
    held = sum(row[-1] == "yes" for row in judged)
    verdicts.add(
        "clean fleets whose 95 % interval holds the budget",
        f"{held} of {len(judged)}",
        "-",
        "all but one in twenty",
        held >= 0.95 * len(judged),
        gap=f"{len(judged) - held} do not",
        idea="a calibration that follows each season",
    )
    return text.strip()
