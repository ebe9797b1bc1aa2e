"""The sentences of clients in somebody's language; see ``client/text.py``."""

from odoo.tools.translate import code_translations

from .client import Text


def say(env, text):
    """A sentence in the language of ``env``.

    :param text: ``client.Text``, or a str, which is given back as it is
    :rtype: str
    """
    if not isinstance(text, Text):
        return text
    lang = env.lang or "en_US"
    if lang == "en_US":
        return str(text)

    def look_up(addon, template):
        terms = code_translations.get_python_translations(addon, lang)
        return terms.get(template, template)

    return text.say(look_up)


def speak_to(env, person):
    """Texts that nobody asks for on a screen are in the language of the person they are
    for: the one that person's screens are in.

    :param person: ``res.users``, one
    :return: ``env`` with that language
    """
    # cached by user, and what Odoo makes of the language set: no query for each text
    lang = env(user=person.id, su=False)["res.users"].context_get().get("lang")
    return env(context=dict(env.context, lang=lang or env.lang))


def say_all(get_env, structure):
    """The same, for all sentences in what a client has answered.

    :param get_env: callable that gives the environment; not called where there are none
    :param structure: lists and dicts
    :return: a copy, or ``structure`` itself where nothing is to be said in it
    """
    if isinstance(structure, Text):
        return say(get_env(), structure)
    if isinstance(structure, dict):
        said = {name: say_all(get_env, item) for name, item in structure.items()}
        is_same = all(said[name] is item for name, item in structure.items())
        return structure if is_same else said
    if isinstance(structure, list | tuple):
        said = [say_all(get_env, item) for item in structure]
        is_same = all(map(lambda new, old: new is old, said, structure))
        return structure if is_same else type(structure)(said)
    return structure
