"""Encrypts credentials at rest. The key never lies in the database.

Where the key comes from, first hit wins:

1. environment variable ``ODOO_INTEGRATION_KEY``;
2. option ``integration_key`` of the server's configuration file;
3. ``integration/credential.key`` in the server's data directory, made once and readable
   by the server's user alone.

Several keys, separated by commas, make a rotation: the first encrypts, all decrypt.
With several hosts that don't share a data directory, give the key by 1 or 2. Nothing is
made just to read: what is there already was encrypted with another key then.
"""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from odoo.tools import config

ENVIRONMENT_VARIABLE = "ODOO_INTEGRATION_KEY"
CONFIGURATION_OPTION = "integration_key"


class WrongKeyError(Exception):
    """What was encrypted can't be read with the keys this server has."""


class UnusableKeyError(WrongKeyError):
    """The server's own key is none, or can't be read: nothing is encrypted or read until
    it is put right.

    :param str detail: for people who run the server: which file, and what the system says
        of it; never the key itself
    """

    def __init__(self, detail=""):
        super().__init__(detail)
        #: ``environment``, ``configuration`` or ``data_directory``
        self.source = get_key_source()
        self.detail = detail or str(get_key_path())


def get_key_source():
    """:return: ``environment``, ``configuration`` or ``data_directory``"""
    if os.environ.get(ENVIRONMENT_VARIABLE):
        return "environment"
    if config.get(CONFIGURATION_OPTION):
        return "configuration"
    return "data_directory"


def encrypt(text):
    """:param str text: what to hide
    :return: str, a Fernet token
    :raise UnusableKeyError: the server's key is none"""
    return _get_cipher(may_make_key=True).encrypt(text.encode()).decode()


def decrypt(token):
    """:param str token: made by :func:`encrypt`
    :rtype: str
    :raise WrongKeyError: made with a key this server does not have"""
    try:
        return _get_cipher().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise WrongKeyError() from error


def rotate(token):
    """Encrypt anew with the first key.

    :raise WrongKeyError: see :func:`decrypt`"""
    try:
        return _get_cipher().rotate(token.encode()).decode()
    except InvalidToken as error:
        raise WrongKeyError() from error


def is_readable(token):
    """:return: whether this server has the key that ``token`` was made with
    :raise UnusableKeyError: the server's key is none"""
    try:
        decrypt(token)
    except UnusableKeyError:
        raise
    except WrongKeyError:
        return False
    return True


def _get_cipher(may_make_key=False):
    """
    :param bool may_make_key: where the data directory holds none yet
    :raise WrongKeyError: there is no key
    :raise UnusableKeyError: what is there is none
    """
    source = get_key_source()
    try:
        if source == "environment":
            keys = os.environ[ENVIRONMENT_VARIABLE]
        elif source == "configuration":
            keys = config.get(CONFIGURATION_OPTION)
        else:
            keys = _read_key_file(may_make_key)
        return MultiFernet(
            [Fernet(key.strip()) for key in keys.split(",") if key.strip()]
        )
    except OSError as error:
        raise UnusableKeyError(f"{get_key_path()}: {error.strerror}") from error
    except ValueError:
        # nothing goes along: what libraries say may quote what they were given
        raise UnusableKeyError() from None


def get_key_path():
    """:rtype: pathlib.Path"""
    return Path(config["data_dir"]) / "integration" / "credential.key"


def _read_key_file(may_make_key):
    path = get_key_path()
    if not path.exists():
        if not may_make_key:
            raise WrongKeyError()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
        try:
            # link, unlike rename, refuses to replace the key another process just made
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)
    return path.read_text()
