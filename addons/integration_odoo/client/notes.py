"""Between plain text and the HTML of Odoo's notes. No calls."""

from html import escape
from html.parser import HTMLParser

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
