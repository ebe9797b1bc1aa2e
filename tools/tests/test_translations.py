"""Every language beside a .pot is complete, and says what the original says: the same
placeholders, the same tags. Needs no database."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).parents[2]
POTS = [*ROOT.glob("addons/*/i18n/*.pot"), *ROOT.glob("i18n/*.pot")]
POS = sorted(po for pot in POTS for po in pot.parent.glob("*.po"))

NAMED = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")
POSITIONAL = re.compile(r"(?<!%)%(?:%%)*[sdrf](?!\w)|%%")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# attributes that people read: the only ones a translator changes
READ = re.compile(
    r"""\b(alt|aria-label|data-tooltip|placeholder|string|title)=("[^"]*"|'[^']*')"""
)


def find_faults(msgid, msgstr):
    """What a translation lost or changed that no translator may.

    :return: list of str, empty where all is well
    """
    if not msgstr.strip():
        return ["is empty"]
    faults = []
    if Counter(NAMED.findall(msgid)) != Counter(NAMED.findall(msgstr)):
        faults.append("has other named placeholders")
    # their order is what they are matched by
    if POSITIONAL.findall(msgid) != POSITIONAL.findall(msgstr):
        faults.append("has other positional placeholders")
    if get_tags(msgid) != get_tags(msgstr):
        faults.append("has other tags")
    elif is_xml(msgid) and not is_xml(msgstr):
        faults.append("has tags that don't fit together")
    if get_edges(msgid) != get_edges(msgstr):
        faults.append("begins or ends with other white space")
    return faults


def get_tags(text):
    return Counter(
        " ".join(READ.sub(r"\1", tag).replace("/>", " />").split())
        for tag in TAG.findall(text)
    )


def is_xml(text):
    try:
        ET.fromstring(f"<r>{text}</r>")
    except ET.ParseError:
        return False
    return True


def get_edges(text):
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def get_terms(catalogue):
    return {(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete}


def test_there_are_translations():
    assert POS


@pytest.mark.parametrize("path", POS, ids=lambda path: str(path.relative_to(ROOT)))
class TestCatalogue:
    def test_it_has_every_term_once(self, path):
        [pot_path] = path.parent.glob("*.pot")
        catalogue = polib.pofile(str(path))
        terms = Counter((entry.msgctxt, entry.msgid) for entry in catalogue)
        assert [term for term, count in terms.items() if count > 1] == []
        expected = get_terms(polib.pofile(str(pot_path)))
        assert expected - terms.keys() == set(), "not translated"
        assert terms.keys() - expected == set(), "no longer in the .pot"

    def test_nothing_is_fuzzy_or_obsolete(self, path):
        entries = polib.pofile(str(path))
        assert [entry.msgid for entry in entries if entry.fuzzy or entry.obsolete] == []

    def test_each_term_says_the_same(self, path):
        faults = {
            entry.msgid: found
            for entry in polib.pofile(str(path))
            for found in [find_faults(entry.msgid, entry.msgstr)]
            if found
        }
        assert faults == {}

    def test_the_header_names_the_language(self, path):
        metadata = polib.pofile(str(path)).metadata
        assert metadata["Language"] == path.stem
        assert metadata["Plural-Forms"].startswith("nplurals=")


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("Save", " "),
        ("%(a)s of %(b)s", "%(a)s von %(c)s"),
        ("{name} is new", "name ist neu"),
        ("%s of %d", "%d von %s"),
        ("%s left", "noch"),
        ("100 %%", "100 %"),
        ("<b>New</b> one", "Neues"),
        ('<i class="fa"/>', '<i class="fb"/>'),
        ("<b>a</b> <i>b</i>", "<b><i>a</b> b</i>"),
        ("Done: ", "Fertig:"),
    ],
)
def test_a_fault_is_found(msgid, msgstr):
    assert find_faults(msgid, msgstr)


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("%(a)s of %(b)s", "von %(b)s %(a)s"),
        ("Progress (%)", "(%) Fortschritt"),
        ("100% sure", "100 % sicher"),
        ('<i class="fa" title="In the ERP"/>', '<i class="fa" title="Im ERP" />'),
        ("<b>New</b>\n   one", "Ein <b>neues</b>"),
    ],
)
def test_a_translator_is_free(msgid, msgstr):
    assert find_faults(msgid, msgstr) == []
