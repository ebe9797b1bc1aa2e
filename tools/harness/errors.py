"""The one way to end with a message for people."""


class Stop(Exception):
    """Nothing more can be done: the text is one plain sentence that says what to do. Shown without a traceback."""
