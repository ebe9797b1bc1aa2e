"""Removes secrets from what is written to the exchange log."""

import json
import re

REDACTED = "***"
SECRET_NAMES = (
    "authorization",
    "api_key",
    "apikey",
    "password",
    "passwd",
    "secret",
    "token",
    "access_token",
    "refresh_token",
    "session",
    "cookie",
    "set-cookie",
)
# "name": "value" in JSON, and name=value in forms and query strings
_JSON_PAIR = re.compile(
    r'("(?:%s)"\s*:\s*)"(?:[^"\\]|\\.)*"?' % "|".join(SECRET_NAMES), re.IGNORECASE
)
_FORM_PAIR = re.compile(
    r"\b((?:%s)=)[^&\s\"']+" % "|".join(SECRET_NAMES), re.IGNORECASE
)
# https://name:password@host
_USER_IN_ADDRESS = re.compile(r"(://)[^/\s@\"']+:[^/\s@\"']+@")


def redact(text, secrets=()):
    """Return ``text`` without secrets.

    :param str text: what is to be logged
    :param secrets: the very secret values in use, removed wherever they stand
    :rtype: str
    """
    for secret in secrets:
        if secret:
            # as it is, and as JSON writes it: quotes and accents are escaped there
            for spelling in {secret, json.dumps(secret)[1:-1]}:
                text = text.replace(spelling, REDACTED)
    text = _JSON_PAIR.sub(r'\1"%s"' % REDACTED, text)
    text = _USER_IN_ADDRESS.sub(r"\1%s@" % REDACTED, text)
    return _FORM_PAIR.sub(r"\1%s" % REDACTED, text)
