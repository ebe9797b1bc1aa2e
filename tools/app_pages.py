"""Each addon's page in Odoo's Apps (`static/description/index.html`), made of its manifest and its `readme/`.

    python tools/app_pages.py [--check]

Its pictures are those of the guides (`docs/images`), which the tests make.

With --check nothing is written; the exit code is 1 when a page is not what its sources say. `make format` writes,
`make lint` checks.
"""

import argparse
import ast
import html
import sys
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = (
    ("DESCRIPTION", ""),
    ("CONFIGURE", "Set-up"),
    ("USAGE", "How it is used"),
)
IMAGES = ROOT / "docs/images"
# What each page shows, by addon ("" is the one in the root): those with screens of their own.
SHOWN = {
    "": ("opportunity", "overview"),
    "integration_account_figures": ("customer",),
    "integration_after_sales": ("complaint",),
    "integration_customer": ("customer",),
    "integration_feedback": ("feedback",),
    "integration_forecast": ("sales-forecast",),
    "integration_hub": ("overview", "problems"),
    "integration_odoo": ("setup-access",),
    "integration_sale": ("opportunity", "check-before-won"),
    "integration_sale_stock": ("quotation",),
}
# Of Odoo's own app pages, which bring their style by these classes.
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<title>{name}</title>
</head>
<body>
<section class="oe_container">
<h1 class="oe_slogan">{name}</h1>
<p class="lead text-center">{summary}</p>
{pictures}</section>
{sections}</body>
</html>
"""
PICTURE = '<p class="text-center"><img class="img img-fluid border shadow-sm" src="{file}" alt="{text}" /></p>\n'
SECTION = '<section class="oe_container">\n{title}{body}</section>\n'


def make_page(addon: Path) -> str:
    """The page of the addon in this folder."""
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    pictures = [
        PICTURE.format(file=f"{name}.png", text=html.escape(name.replace("-", " ")))
        for name in get_shown(addon)
    ]
    markdown = MarkdownIt("commonmark").enable("table")
    sections = []
    for name, title in SECTIONS:
        file = addon / "readme" / f"{name}.md"
        if file.is_file():
            heading = f"<h2>{title}</h2>\n" if title else ""
            body = markdown.render(file.read_text())
            # a fragment begins with headings of its own: one size smaller than the page's
            body = body.replace("<h3>", "<h4>").replace("</h3>", "</h4>")
            body = body.replace("<h2>", "<h3>").replace("</h2>", "</h3>")
            body = body.replace("<table>", '<table class="table table-sm">')
            sections.append(SECTION.format(title=heading, body=body))
    return PAGE.format(
        name=html.escape(manifest["name"]),
        summary=html.escape(manifest.get("summary", "")),
        pictures="".join(pictures),
        sections="".join(sections),
    )


def get_shown(addon: Path) -> tuple:
    """The names of its pictures."""
    return SHOWN.get("" if addon == ROOT else addon.name, ())


def get_files(addon: Path) -> dict:
    """What is to be in `static/description`: content by name, the icon aside."""
    files = {"index.html": make_page(addon).encode()}
    for name in get_shown(addon):
        files[f"{name}.png"] = (IMAGES / f"{name}.png").read_bytes()
    return files


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are out of date."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    code = 0
    for manifest in (
        ROOT / "__manifest__.py",
        *sorted(ROOT.glob("addons/*/__manifest__.py")),
    ):
        folder = manifest.parent / "static/description"
        for name, content in get_files(manifest.parent).items():
            file = folder / name
            if file.is_file() and file.read_bytes() == content:
                continue
            if options.check:
                print(
                    f"{file.relative_to(ROOT)} is not what its sources say: `make format` makes it anew."
                )
                code = 1
            else:
                folder.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
