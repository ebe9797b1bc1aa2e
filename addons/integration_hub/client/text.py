"""Sentences for people, made where nobody knows who is going to read them.

A client speaks English, and has nothing to translate with. Its sentences keep what they
were made of, so that whoever shows them can say them in another language.
"""

# a sentence is shown and stored, a document is neither
LONGEST_VALUE = 1000
# characters of JSON; what is longer is kept in English alone
LONGEST_PACK = 8000


class Text(str):
    """A sentence in English, with what it takes to say it in another language.

    Used like any ``str``; what is cut out of it, joined or formatted is a ``str`` again,
    in English for good. See :func:`join_texts`.

    :param str template: English, with ``%(name)s`` for each value
    :param dict values: by name; those that are texts themselves are translated as well
    :param str addon: which has the translations; ``""`` where the template holds no words
    """

    def __new__(cls, template, values=None, addon=""):
        values = dict(values or {})
        self = super().__new__(cls, template % values if values else template)
        self.template = template
        self.values = values
        self.addon = addon
        return self

    def say(self, look_up):
        """The sentence in another language.

        :param look_up: callable ``(addon, template)`` that gives the template in that
            language, or the very same
        :rtype: str
        """
        template = look_up(self.addon, self.template) if self.addon else self.template
        if not self.values:
            return str(template)
        values = {
            name: value.say(look_up) if isinstance(value, Text) else value
            for name, value in self.values.items()
        }
        try:
            return template % values
        except (KeyError, TypeError, ValueError):
            # a translator's slip is no reason to say nothing
            return str(self)

    def pack(self):
        """:return: JSON-safe dict for :func:`unpack_text`"""
        return {
            "template": self.template,
            "addon": self.addon,
            "values": {name: _pack(value) for name, value in self.values.items()},
        }


class TextMaker:
    """Makes the texts of one addon. Named ``_lt``, Odoo's export finds its terms::

        _lt = TextMaker(__name__)
        raise ValidationError(_lt("Order %(number)s is locked.", number=number))

    :param str name: ``__name__`` of a module of the addon
    """

    def __init__(self, name):
        parts = name.split(".")
        self.addon = parts[2] if parts[:2] == ["odoo", "addons"] else ""

    def __call__(self, template, /, **values):
        return Text(template, values, self.addon)


def join_texts(separator, texts):
    """As ``separator.join(texts)``, but to be translated part by part.

    :param separator: text or str
    :param texts: iterable of texts and strs
    :rtype: Text
    """
    values = {f"part{number}": text for number, text in enumerate(texts)}
    values["and"] = separator
    return Text(
        "%(and)s".join(f"%({name})s" for name in values if name != "and"), values
    )


def unpack_text(values):
    """Inverse of :meth:`Text.pack`."""
    return Text(
        values["template"],
        {
            name: unpack_text(value) if isinstance(value, dict) else value
            for name, value in values["values"].items()
        },
        values["addon"],
    )


def _pack(value):
    if isinstance(value, Text):
        return value.pack()
    if isinstance(value, int | float):
        return value
    return str(value)[:LONGEST_VALUE]
