"""A typeface with Chinese signs for the pictures of screens; a server's machine often has none."""

import shutil
import subprocess

from . import commands, odoo_source, paths
from .errors import Stop
from .progress import say, step

PACKAGE = "fonts-wqy-microhei"
FOLDER = paths.DEV / "fonts"
CONFIG = FOLDER / "fonts.conf"
FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{folder}</dir>
</fontconfig>
"""


def provide() -> None:
    """Unpacked under .dev, not installed; where it can't be had, the pictures lack these signs, and that is said."""
    if CONFIG.is_file() or has_chinese():
        return
    try:
        with step(f"a typeface with Chinese signs ({PACKAGE})"):
            unpack()
    except Stop as stop:
        say(f"    pictures in Chinese will show empty boxes: {stop}")


def has_chinese() -> bool:
    """What fontconfig says of this machine."""
    program = shutil.which("fc-list")
    return bool(program and subprocess.check_output([program, ":lang=zh-cn"]).strip())


def unpack() -> None:
    """From Debian's archive, verified by apt."""
    environment = odoo_source.apt_environment()
    folder = paths.APT / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    for command in (["apt-get", "update"], ["apt-get", "download", PACKAGE]):
        commands.run(
            command,
            "Downloading fonts",
            downloads=True,
            log="apt-fonts.log",
            env=environment,
            cwd=folder,
        )
    FOLDER.mkdir(parents=True, exist_ok=True)
    for package in folder.glob("*.deb"):
        commands.run(["dpkg-deb", "-x", package, FOLDER], f"Unpacking {package.name}")
    CONFIG.write_text(FONTCONFIG.format(folder=FOLDER))
