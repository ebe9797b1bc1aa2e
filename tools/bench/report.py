"""Tables for people, one line of JSON for programs."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Aim:
    """What a figure is to reach. A machine may miss it without anything being broken: it is told, and no failure."""

    what: str
    found: float
    aim: float
    is_met: bool

    def tell(self) -> str:
        """One line."""
        state = "met" if self.is_met else "NOT met"
        return f"aim {self.aim:g} {state}: {self.what} {self.found:.4g}"


def at_least(what: str, found: float, aim: float) -> Aim:
    """The more the better."""
    return Aim(what, found, aim, found >= aim)


def at_most(what: str, found: float, aim: float) -> Aim:
    """The less the better."""
    return Aim(what, found, aim, found <= aim)


@dataclass
class Report:
    """What a measurement has found."""

    title: str
    table: list[tuple]
    notes: list[str]
    figures: dict
    aims: list[Aim] = field(default_factory=list)
    # Further tables of the same measurement; their figures are in those above.
    parts: list["Report"] = field(default_factory=list)

    def __post_init__(self):
        if self.aims:
            self.figures = {**self.figures, "aims": [asdict(aim) for aim in self.aims]}

    def show(self) -> None:
        """Title, table, notes."""
        print(f"\n{self.title}\n")
        cells = [[str(cell) for cell in row] for row in self.table]
        widths = [
            max(len(row[column]) for row in cells) for column in range(len(cells[0]))
        ]
        for number, row in enumerate(cells):
            first, *others = zip(row, widths, strict=True)
            aligned = [
                first[0].ljust(first[1]),
                *(cell.rjust(width) for cell, width in others),
            ]
            print("  ".join(aligned).rstrip())
            if not number:
                print("  ".join("-" * width for width in widths))
        print()
        for note in (*self.notes, *(aim.tell() for aim in self.aims)):
            print(note)
        for part in self.parts:
            part.show()


def rate(value: float) -> float:
    """Three figures are all a measurement can tell."""
    return float(f"{value:.3g}")


def line(figures: dict) -> str:
    """For the last line of the output."""
    return json.dumps(figures, sort_keys=True)
