"""Between plain text and the HTML of Odoo's notes. No calls."""

import re
from html import escape
from html.parser import HTMLParser
from itertools import accumulate

from odoo.addons.integration_hub.client.text_block import HINT, find_keys, join_text

# these end a line; what is between two of them is one
BLOCKS = {
    "p",
    "div",
    "li",
    "tr",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "pre",
    "blockquote",
}
# never closed
VOIDS = {"br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"}
# what an element with one of these is worth is not in its text: pictures, links, files
PRECIOUS = {"href", "src", "data-embedded"}
TAG = re.compile(r"\s*<(/?)([a-z][a-z0-9]*)[^>]*>", re.IGNORECASE)


def to_html(text):
    """A line is a paragraph: so whoever writes on there starts a paragraph of his own."""
    return "".join(
        f"<p>{escape(line) if line.strip() else '<br/>'}</p>"
        for line in text.strip().split("\n")
    )


def to_text(html):
    """The text of a note, line by line; plain text stays as it is."""
    if "<" not in html:
        return html.strip()
    parser = _TextParser()
    parser.feed(html)
    parser.close()
    return "\n".join(parser.get_lines()).strip()


def replace_text(html, text, key, remarks=""):
    """Put our text anew into a note, and leave what people have written below it as it is,
    pictures, links and tables included.

    :param str html: the note as it stands
    :param str text: ours, plain
    :param str key: our key of the record
    :param str remarks: the text of theirs, for a note that is nothing but text
    :return: HTML
    """
    parts = _NoteParts(html)
    ours = to_html(join_text(text, key))
    if parts.place is not None:
        above = "".join(f"<div>{item}</div>" for item in parts.precious)
        return ours + above + parts.get_theirs()
    if parts.precious:
        # which of it is theirs can't be told: better ours twice than theirs gone
        return ours + html
    return to_html(join_text(text, key, remarks))


class _TextParser(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.lines = [""]

    def handle_starttag(self, tag, attrs):
        if tag == "br":
            self._end_line()
        elif tag in BLOCKS and self.lines[-1].strip():
            self._end_line()

    def handle_endtag(self, tag):
        if tag in BLOCKS and self.lines[-1].strip():
            self._end_line()

    def handle_data(self, data):
        self.lines[-1] += " ".join(data.split("\n"))

    def _end_line(self):
        self.lines.append("")

    def get_lines(self):
        return [" ".join(line.split()) for line in self.lines]


class _NoteParts(_TextParser):
    """Where the line with a key ends in a note, and what above it is more than text.

    All is cut out of the note as it is written: nothing is put together anew.
    """

    def __init__(self, html):
        super().__init__()
        self.html = html
        self.row_places = list(
            accumulate((len(row) + 1 for row in html.split("\n")), initial=0)
        )
        self.opened = []  # (tag, how it is written, whether it begins a precious part)
        self.precious_place = None
        self.precious = []
        self.is_found = False
        #: None where the line is not there, or not in one piece
        self.place = None
        self.opened_there = []
        self.feed(html)
        self.close()

    def get_theirs(self):
        """What stands below the line, within the elements it stands in."""
        opened, place, is_ended = list(self.opened_there), self.place, False
        while match := TAG.match(self.html, place):
            is_closing, tag = bool(match[1]), match[2].lower()
            if is_closing and opened and opened[-1][0] == tag:
                # empty as it would be, it is not opened again
                opened.pop()
                is_ended = is_ended or tag in BLOCKS
            elif tag == "br" and not is_ended:
                is_ended = True
            else:
                break
            place = match.end()
        return "".join(written for _tag, written, _is in opened) + self.html[place:]

    # -- as it is read ----------------------------------------------------------------

    def handle_starttag(self, tag, attrs):
        super().handle_starttag(tag, attrs)
        is_precious = (
            not self.is_cut
            and self.precious_place is None
            and not PRECIOUS.isdisjoint(name for name, _value in attrs)
        )
        if is_precious:
            self.precious_place = self._get_place()
        if tag not in VOIDS:
            self.opened.append((tag, self.get_starttag_text(), is_precious))
            return
        if is_precious:
            # an attribute of it may hold a ">"
            self._end_precious(self.precious_place + len(self.get_starttag_text()))

    def handle_endtag(self, tag):
        super().handle_endtag(tag)
        if tag not in (item[0] for item in self.opened):
            return
        is_ended = False
        while not is_ended:
            opened, _written, is_precious = self.opened.pop()
            if is_precious and not self.is_cut:
                self._end_precious(self.html.index(">", self._get_place()) + 1)
            is_ended = opened == tag

    def handle_data(self, data):
        super().handle_data(data)
        if self.is_found or not find_keys(" ".join(self.lines[-1].split())):
            return
        # the first one counts: what is between it and another is theirs
        self.is_found = True
        begin = self._get_place()
        end = self.html.find("<", begin)
        place = self.html.find(HINT, begin, len(self.html) if end < 0 else end)
        if place >= 0:
            self.place = place + len(HINT)
            self.opened_there = list(self.opened)

    @property
    def is_cut(self):
        """Whether what comes now stays where it is."""
        return self.place is not None

    def _end_precious(self, end):
        self.precious.append(self.html[self.precious_place : end])
        self.precious_place = None

    def _get_place(self):
        """Of what is being read, in the whole note."""
        row, column = self.getpos()
        return self.row_places[row - 1] + column
