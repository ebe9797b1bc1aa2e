"""Odoo 19 Community: from Debian unstable, unpacked under .dev without installing it, or from ODOO_HOME.

Upstream has no releases on a package registry; Debian's package is signed, verified by apt itself, and can be pinned.
"""

import os
import re
import shutil
from pathlib import Path

from . import commands, node_tools, paths
from .errors import Stop
from .progress import say, step

ODOO_PACKAGE = "odoo-19"
ODOO_VERSION = "19.0.0+dfsg-1"
# Odoo's tree links to the files of these packages, which Debian keeps outside it.
LINKED_PACKAGES = (
    "fonts-font-awesome",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def python_path() -> Path:
    """The folder to put on PYTHONPATH: it holds the package `odoo`."""
    return (
        Path(os.environ["ODOO_HOME"]).resolve()
        if os.environ.get("ODOO_HOME")
        else paths.ODOO_DIST_PACKAGES
    )


def addons_path() -> list[Path]:
    """Odoo's own addons, then ours."""
    home = python_path()
    own = [home / "odoo/addons"]
    # A source tree keeps all but a few beside the package; Debian's package has them in it.
    if not (home / "odoo/addons/web").is_dir():
        own.insert(0, home / "addons")
    suite = [paths.ADDONS] if paths.ADDONS.is_dir() else []
    return [*own, *suite, paths.LINKED_ADDONS]


def provide() -> None:
    """Odoo 19 is there afterwards, or Stop."""
    if os.environ.get("ODOO_HOME"):
        check_home(python_path())
        return
    with commands.lock("odoo"):
        fingerprint = commands.digest(ODOO_PACKAGE, ODOO_VERSION, *LINKED_PACKAGES)
        if (
            commands.is_done("odoo", fingerprint)
            and (paths.ODOO_DIST_PACKAGES / "odoo/release.py").is_file()
        ):
            return
        with step(f"Odoo 19 ({ODOO_PACKAGE} {ODOO_VERSION}, 123 MB)"):
            unpack(download())
        commands.mark_done("odoo", fingerprint)


def check_home(home: Path) -> None:
    """ODOO_HOME must be a source tree or a dist-packages folder with Odoo 19 in it."""
    release = home / "odoo/release.py"
    if not release.is_file():
        raise Stop(
            f"ODOO_HOME={home} holds no Odoo: name the folder that contains odoo/release.py."
        )
    if not re.search(r"^version_info = \(19, 0,", release.read_text(), re.MULTILINE):
        raise Stop(
            f"ODOO_HOME={home} is not Odoo 19.0: name an Odoo 19.0 tree, or unset ODOO_HOME."
        )


def debian_mirror() -> str:
    """The mirror this machine uses already; a company's own mirror is often the only one it may reach."""
    folder = Path("/etc/apt")
    for file in sorted((folder / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", file.read_text()):
            fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
            uri, suites = fields.get("URIs", "").split(), fields.get("Suites", "")
            if (
                "deb" in fields.get("Types", "").split()
                and uri
                and is_debian_archive(uri[0], suites)
            ):
                return uri[0]
    for file in [
        folder / "sources.list",
        *sorted((folder / "sources.list.d").glob("*.list")),
    ]:
        lines = file.read_text().splitlines() if file.is_file() else []
        for line in lines:
            found = re.match(r"deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)", line)
            if found and is_debian_archive(found[1], found[2]):
                return found[1]
    raise Stop(
        "Odoo 19 comes from Debian's archive, and /etc/apt names no Debian mirror here: "
        "set ODOO_HOME to the folder of an Odoo 19.0 you have."
    )


def is_debian_archive(uri: str, suites: str) -> bool:
    """Not the security archive (no unstable suite there), not a third party's."""
    return (
        "security" not in uri + suites
        and "debian" in uri
        and not uri.startswith("cdrom:")
    )


def apt_environment() -> dict:
    """apt with sources, lists and cache of its own: nothing of the machine's apt changes, and no root is needed."""
    if not KEYRING.is_file():
        raise Stop(
            f"Odoo 19 comes from Debian's archive, but {KEYRING} (package debian-archive-keyring), which verifies it, "
            "is not here: install it, or set ODOO_HOME to the folder of an Odoo 19.0 you have."
        )
    for folder in (
        "state/lists/partial",
        "cache/archives/partial",
        "debs",
        "preferences.d",
    ):
        (paths.APT / folder).mkdir(parents=True, exist_ok=True)
    (paths.APT / "status").touch()
    (paths.APT / "sid.sources").write_text(
        f"Types: deb\nURIs: {debian_mirror()}\nSuites: sid\nComponents: main\nSigned-By: {KEYRING}\n"
    )
    (paths.APT / "apt.conf").write_text(
        f'Dir::State "{paths.APT}/state";\n'
        f'Dir::State::status "{paths.APT}/status";\n'
        f'Dir::Cache "{paths.APT}/cache";\n'
        f'Dir::Etc::sourcelist "{paths.APT}/sid.sources";\n'
        'Dir::Etc::sourceparts "-";\n'
        f'Dir::Etc::preferencesparts "{paths.APT}/preferences.d";\n'
        'Acquire::Languages "none";\n'
        'Acquire::Retries "3";\n'
        # By default apt only warns when it cannot reach the archive, and goes on with nothing.
        'APT::Update::Error-Mode "any";\n'
        f'APT::Sandbox::User "{commands.whoami()}";\n'
    )
    return os.environ | {"APT_CONFIG": str(paths.APT / "apt.conf"), "LC_ALL": "C"}


def download() -> list[Path]:
    """The .deb files, verified by apt against Debian's signature."""
    environment = apt_environment()
    folder = paths.APT / "debs"
    try:
        commands.run(
            ["apt-get", "update"],
            "Reading Debian's package list",
            downloads=True,
            log="apt-odoo.log",
            env=environment,
        )
    except FileNotFoundError as error:
        raise Stop(
            "apt-get is not here: set ODOO_HOME to the folder of an Odoo 19.0 you have."
        ) from error
    policy = commands.run(
        ["apt-cache", "policy", ODOO_PACKAGE], "apt-cache policy", env=environment
    )
    candidate = re.search(r"Candidate: (\S+)", policy)
    version = candidate[1] if candidate else "(none)"
    if not version.startswith("19.0"):
        raise Stop(
            f"Debian's archive has no {ODOO_PACKAGE} 19.0 any more (it has {version}): "
            "set ODOO_HOME to the folder of an Odoo 19.0 you have."
        )
    if version != ODOO_VERSION:
        say(
            f"    note: the mirror has {ODOO_PACKAGE} {version}; this checkout was tested with {ODOO_VERSION}"
        )
    names = [f"{ODOO_PACKAGE}={version}", *LINKED_PACKAGES]
    commands.run(
        ["apt-get", "download", *names],
        "Downloading Odoo 19",
        downloads=True,
        log="apt-odoo.log",
        env=environment,
        cwd=folder,
    )
    return sorted(folder.glob("*.deb"))


def unpack(packages: list[Path]) -> None:
    """Unpack beside the old tree and swap, so that a broken-off run leaves no half tree."""
    fresh = paths.DEV / "odoo.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for package in packages:
        commands.run(["dpkg-deb", "-x", package, fresh], f"Unpacking {package.name}")
    complete(fresh)
    shutil.rmtree(paths.ODOO_TREE, ignore_errors=True)
    fresh.rename(paths.ODOO_TREE)
    for package in packages:
        package.unlink()


def complete(tree: Path) -> None:
    """What Debian's package leaves out or links to in a place that has moved on."""
    addons = (
        tree / paths.ODOO_DIST_PACKAGES.relative_to(paths.ODOO_TREE) / "odoo/addons"
    )
    # Removed by Debian as not free, but still listed in an asset bundle, which fails to build without it.
    segmentation = addons / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    segmentation.parent.mkdir(parents=True, exist_ok=True)
    segmentation.touch()
    # Odoo's icons are Font Awesome 4; Debian now has 7, whose files have other names.
    fonts = tree / "usr/share/fonts-font-awesome/fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    for file in (node_tools.provide() / "font-awesome/fonts").iterdir():
        if not (fonts / file.name).exists():
            shutil.copy(file, fonts)
    inconsolata = tree / "usr/share/fonts/truetype/inconsolata/Inconsolata.otf"
    if not inconsolata.exists():
        if candidates := sorted((tree / "usr/share/fonts").rglob("Inconsolata*.?tf")):
            inconsolata.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(candidates[0], inconsolata)
