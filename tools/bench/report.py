"""Tables for people, one line of JSON for programs."""

import json
from dataclasses import dataclass


@dataclass
class Report:
    """What a measurement has found."""

    title: str
    table: list[tuple]
    notes: list[str]
    figures: dict

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
        for note in self.notes:
            print(note)


def rate(value: float) -> float:
    """Three figures are all a measurement can tell."""
    return float(f"{value:.3g}")


def line(figures: dict) -> str:
    """For the last line of the output."""
    return json.dumps(figures, sort_keys=True)
