"""Takes pictures of the screens of a running Odoo with headless Chromium.

    python tools/screenshots.py --url http://127.0.0.1:8069 --db crm --out /tmp/shots \\
        [--login admin] [--password admin] [--mobile] [NAME=PATH ...]

PATH is what stands behind ``/odoo/`` in the address, or any path that begins with a slash.
Without pages, the screens of the hub are taken. For README pictures and for looking at
what a change did to the screens; no test depends on it.
"""

import argparse
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

HUB_PAGES = {
    "connectors": "integrations",
    "connector": "integrations/{integration.connector}",
    "queue": "integration-queue",
    "products": "integration-products",
    "values": "integration-values",
    "external-ids": "action-integration_hub.integration_external_id_action",
    "exchanges": "action-integration_hub.integration_exchange_action",
    "flows": "action-integration_hub.integration_flow_action",
}
# nothing is loading and nothing moves any more
IDLE = """
(() => !document.querySelector('.o_loading_indicator, .o_blockUI')
    && !!document.querySelector('.o_action_manager > *')
    && !document.querySelector('.o_view_sample_data_loading'))()
"""


class Browser:
    """One page of a headless Chromium, driven over its DevTools protocol."""

    def __init__(self, width, height, mobile=False):
        binary = next(
            filter(
                None,
                map(shutil.which, ("chromium", "chromium-browser", "google-chrome")),
            ),
            None,
        )
        if not binary:
            sys.exit("Chromium is not installed. On Debian: apt-get install chromium")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.profile = tempfile.mkdtemp(prefix="screenshots-")
        command = [
            binary,
            "--headless=new",
            f"--remote-debugging-port={port}",
            f"--user-data-dir={self.profile}",
            f"--window-size={width},{height}",
            "--hide-scrollbars",
            "--disable-gpu",
            "--no-first-run",
            "--remote-allow-origins=*",
            "about:blank",
        ]
        if os.geteuid() == 0:
            # Chromium refuses its sandbox to root; it only visits the local server
            command.insert(1, "--no-sandbox")
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.socket = websocket.create_connection(self._find_page(port), timeout=60)
        self.number = 0
        self.send("Page.enable")
        self.send("Network.enable")
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if mobile else 1,
            mobile=mobile,
        )
        if mobile:
            self.send("Emulation.setTouchEmulationEnabled", enabled=True)

    def _find_page(self, port):
        for _attempt in range(100):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                    for page in json.load(answer):
                        if page["type"] == "page":
                            return page["webSocketDebuggerUrl"]
            except OSError:
                pass
            time.sleep(0.1)
        sys.exit("Chromium did not start.")

    def send(self, method, **params):
        self.number += 1
        self.socket.send(
            json.dumps({"id": self.number, "method": method, "params": params})
        )
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]

    def evaluate(self, expression):
        result = self.send(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def wait_for(self, expression, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if self.evaluate(expression):
                    return True
            except RuntimeError:
                # the page is being replaced
                pass
            time.sleep(0.1)
        return False

    def open(self, url):
        self.send("Page.navigate", url=url)
        if not self.wait_for(IDLE):
            print(f"still loading: {url}", file=sys.stderr)
        time.sleep(0.6)

    def save(self, path):
        picture = self.send("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(picture["data"]))
        print(path)

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class Session:
    """A signed-in visitor of one Odoo."""

    def __init__(self, url, database, login, password):
        self.url = url.rstrip("/")
        self.cookie = None
        self.call(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )

    def call(self, path, params):
        request = urllib.request.Request(
            self.url + path,
            json.dumps({"jsonrpc": "2.0", "params": params}).encode(),
            {"Content-Type": "application/json"},
        )
        if self.cookie:
            request.add_header("Cookie", f"session_id={self.cookie}")
        with urllib.request.urlopen(request, timeout=120) as answer:
            for header in answer.headers.get_all("Set-Cookie") or ():
                if header.startswith("session_id="):
                    self.cookie = header.split("=", 1)[1].split(";")[0]
            content = json.load(answer)
        if "error" in content:
            sys.exit(content["error"]["data"]["message"])
        return content["result"]

    def fill_in(self, path):
        """Replace ``{model}`` by the id of its first record."""
        while "{" in path:
            model = path.split("{", 1)[1].split("}", 1)[0]
            ids = self.call(
                f"/web/dataset/call_kw/{model}/search",
                {
                    "model": model,
                    "method": "search",
                    "args": [[]],
                    "kwargs": {"limit": 1},
                },
            )
            path = path.replace("{" + model + "}", str(ids[0] if ids else "new"), 1)
        return path if path.startswith("/") else f"/odoo/{path}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:8069")
    parser.add_argument("--db", required=True)
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--out", type=Path, default=Path("."))
    parser.add_argument("--mobile", action="store_true", help="as on a telephone")
    parser.add_argument("--width", type=int)
    parser.add_argument("--height", type=int)
    parser.add_argument(
        "--run", default="", help="JavaScript to run before the picture"
    )
    parser.add_argument("pages", nargs="*", metavar="NAME=PATH")
    options = parser.parse_args()
    pages = dict(page.split("=", 1) for page in options.pages) or HUB_PAGES
    options.out.mkdir(parents=True, exist_ok=True)
    session = Session(options.url, options.db, options.login, options.password)
    width = options.width or (390 if options.mobile else 1366)
    height = options.height or (844 if options.mobile else 768)
    browser = Browser(width, height, options.mobile)
    try:
        browser.send(
            "Network.setCookie",
            name="session_id",
            value=session.cookie,
            url=session.url,
        )
        for name, path in pages.items():
            browser.open(session.url + session.fill_in(path))
            if options.run:
                browser.evaluate(options.run)
                time.sleep(1)
            browser.save(
                options.out / f"{name}{'-mobile' if options.mobile else ''}.png"
            )
    finally:
        browser.close()


if __name__ == "__main__":
    main()
