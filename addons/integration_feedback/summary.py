"""One product's feedback as text. Plain Python."""

from collections import Counter, defaultdict

# newest months that are shown
MONTHS = 12
# most named ones
TOP = 5
EXCERPTS = 6


def make_summary(rows, labels, write_amount):
    """
    :param list rows: dicts ``month`` (``2026-11``), ``kind``, ``value`` (float, of lost
        deals), ``reason``, ``competitor`` and ``excerpt``, the newest first
    :param dict labels: words for the kinds, and ``title``, ``intro``, ``month``, ``value``,
        ``total``, ``reasons``, ``competitors``, ``words``
    :param write_amount: function that writes a lost value as the readers of these words do
    :return: text; the same for the same rows, whenever it is made
    """
    kinds = labels["kinds"]
    months = sorted({row["month"] for row in rows}, reverse=True)[:MONTHS]
    rows = [row for row in rows if row["month"] in months]
    lines = [labels["title"], labels["intro"], ""]
    lines += _make_table(rows, months, labels, write_amount)
    for name, field in (("reasons", "reason"), ("competitors", "competitor")):
        counts = Counter(row[field] for row in rows if row[field])
        if counts:
            top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP]
            shown = ", ".join(f"{label} ({count})" for label, count in top)
            lines += ["", f"{labels[name]}: {shown}"]
    excerpts = [
        f"- {row['month']}, {kinds[row['kind']]}: {row['excerpt']}"
        for row in rows
        if row["excerpt"]
    ]
    if excerpts:
        lines += ["", f"{labels['words']}:", *excerpts[:EXCERPTS]]
    return "\n".join(line.rstrip() for line in lines)


def _make_table(rows, months, labels, write_amount):
    """Counts by month and kind, with the value lost."""
    kinds = labels["kinds"]
    counts, values = defaultdict(Counter), Counter()
    for row in rows:
        counts[row["month"]][row["kind"]] += 1
        values[row["month"]] += row["value"]
    table = [[labels["month"], *kinds.values(), labels["value"]]]
    for month in months:
        table.append(
            [
                month,
                *(str(counts[month][kind] or "-") for kind in kinds),
                write_amount(values[month]) if values[month] else "-",
            ]
        )
    totals = sum(counts.values(), Counter())
    table.append(
        [
            labels["total"],
            *(str(totals[kind] or "-") for kind in kinds),
            write_amount(total) if (total := sum(values.values())) else "-",
        ]
    )
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in table
    ]
