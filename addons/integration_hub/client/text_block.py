"""A text of ours in a field that people over there write in as well.

What stands above a line with our key is ours, what stands below it is theirs: ours can be
replaced without touching theirs.
"""

import re

HINT = "Remarks below this line are kept, and shown in the CRM."

LINE = re.compile(r"\s*\[(\S+)\] " + re.escape(HINT))


def find_keys(whole):
    """:return: list of the keys that lines of ``whole`` bear, whosever they are"""
    found = map(LINE.match, (whole or "").splitlines())
    return [match[1] for match in found if match]


def join_text(text, key, remarks=""):
    """
    :param str text: ours, plain
    :param str key: our key of the record
    :param str remarks: theirs, kept as they are
    :return: the whole text
    """
    lines = [text.strip(), f"[{key}] {HINT}"]
    if remarks.strip():
        lines.append(remarks.strip())
    return "\n".join(lines)


def split_text(whole, key):
    """Inverse of :func:`join_text`.

    :return: tuple ``(text, remarks)``; all of it is text where the line is gone
    """
    lines = (whole or "").splitlines()
    mark = f"[{key}]"
    for index, line in enumerate(lines):
        if key and line.strip().startswith(mark):
            return (
                "\n".join(lines[:index]).strip(),
                "\n".join(lines[index + 1 :]).strip(),
            )
    return "\n".join(lines).strip(), ""
