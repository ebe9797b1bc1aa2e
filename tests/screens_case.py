"""Screens in Chromium, as people see them: opened one after the other in one browser, looked over for what must never be
seen, and kept as pictures."""

import base64
import contextlib
import json
import os
import time
from pathlib import Path
from unittest.mock import patch

from odoo.tests import HttpCase, new_test_user
from odoo.tests.common import HOST, ChromeBrowser

from odoo.addons.bus.models.bus import BusBus
from odoo.addons.bus.websocket import (
    CloseCode,
    WebsocketConnectionHandler,
    _kick_all,
)

SIZES = {"desktop": (1280, 800), "mobile": (390, 844)}
# Addons whose texts are on the screens; loading those of all takes minutes.
TRANSLATED = (
    *("base", "web", "mail", "contacts", "crm", "sale", "sale_crm", "product"),
    *("sales_team", "account", "stock", "base_setup"),
)
# Seconds; much more than a screen takes on the slowest machine.
PATIENCE = 120
# Why nothing is there: what was asked for last, and what came of it.
UNDER_WAY = """
    document.readyState + ' ' + location.href + ' ' + performance.getEntriesByType('resource').slice(-12)
        .map((item) => `${item.name} ${item.responseStatus} ${Math.round(item.duration)} ms`).join(', ')
"""
# Counts what the page has asked for and has no answer to yet.
COUNT_REQUESTS = """
    window.openRequests = 0;
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...values) {
        window.openRequests++;
        this.addEventListener('loadend', () => setTimeout(() => window.openRequests--));
        return send.apply(this, values);
    };
"""
# A link is followed as by a click: within the page, which is not loaded anew.
FOLLOW = """
    (() => {
        for (const view of document.querySelectorAll('.o_action_manager > *')) {
            view.classList.add('test_left');
        }
        const link = document.body.appendChild(document.createElement('a'));
        link.href = %s;
        link.click();
        link.remove();
    })()
"""
# Nothing is being loaded any more, and the view asked for is there.
READY = """
    !window.openRequests
    && !document.querySelector('.o_loading_indicator, .o_blockUI, .o_view_sample_data_loading, .test_left')
    && !!document.querySelector('.o_action_manager > *')
    && !!document.querySelector('.o_action_manager .o_content > *, .o_form_view, .o_kanban_view, .o_list_view')
    && document.fonts.status === 'loaded'
    && [...document.images].every((image) => image.complete)
"""
# Two frames later all of it has been drawn, but for charts: they grow.
DRAWN = """
    new Promise((done) => {
        let before = "";
        const look = () => {
            const now = [...document.querySelectorAll('canvas')].map((item) => item.toDataURL()).join();
            const next = now === before ? done : () => requestAnimationFrame(look);
            before = now;
            setTimeout(next, 150);
        };
        requestAnimationFrame(() => requestAnimationFrame(look));
    })
"""
# What a person must not meet on any screen, as JSON.
LOOK = """
JSON.stringify({
    error: document.querySelector('.o_error_dialog, .o_notification_bar.bg-danger')?.innerText || '',
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    is_rtl: getComputedStyle(document.querySelector('.o_web_client')).direction === 'rtl',
})
"""


def get_folder():
    """Where the pictures are kept: what ``SUITE_SCREENSHOTS`` names, else beside Odoo's own."""
    named = os.environ.get("SUITE_SCREENSHOTS")
    return Path(named) if named else None


class Screens:
    """One browser, logged in as one person in one language, at one width."""

    def __init__(self, case, browser, device, lang):
        self.case, self.browser = case, browser
        self.device, self.lang = device, lang
        self.is_open = False

    def take(self, name, path):
        """Open ``path``, check it, keep a picture called ``name``."""
        if self.is_open:
            self.evaluate(FOLLOW % json.dumps(path))
        else:
            self.browser.navigate_to(self.case.base_url() + path)
            self.is_open = True
        self.check(name, READY)

    def check(self, name, ready=READY):
        """The screen that is open now."""
        case, browser = self.case, self.browser
        if not self.wait_for(ready):
            # what it shows instead says why
            self.keep(f"{name}-not-at-rest")
            case.fail(f"{name}: never came to rest; {self.evaluate(UNDER_WAY)}")
        self.evaluate(DRAWN)
        found = json.loads(self.evaluate(LOOK))
        self.keep(name)
        with case.subTest(screen=name, device=self.device, lang=self.lang):
            case.assertFalse(found["error"])
            # a page that slides sideways under the finger
            case.assertLessEqual(found["wide"], 1)
            case.assertEqual(found["is_rtl"], self.lang.startswith("ar"))
            if browser._result.done():
                browser._result.result()

    def wait_for(self, expression):
        """:return: whether the page came to say so"""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            # A page that reads its scripts for the first time answers nothing meanwhile.
            with contextlib.suppress(TimeoutError):
                if self.evaluate(expression) is True:
                    return True
            time.sleep(0.1)
        return False

    def choose_action(self, text):
        """Choose an entry of the form's ⚙ menu."""
        self.evaluate("document.querySelector('.o_cp_action_menus button').click()")
        item = (
            "[...document.querySelectorAll('.o-dropdown--menu .o-dropdown-item')]"
            f".find((entry) => entry.innerText.trim() === {json.dumps(text)})"
        )
        self.case.assertTrue(self.wait_for(f"!!{item}"), text)
        self.evaluate(f"{item}.click()")
        self.wait_for("!document.querySelector('.o_form_view')")

    def evaluate(self, expression):
        answer = self.browser._websocket_request(
            "Runtime.evaluate",
            params={
                "expression": expression,
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        return answer["result"].get("value")

    def keep(self, name):
        if folder := get_folder():
            answer = self.browser._websocket_request("Page.captureScreenshot")
            file = folder / f"{self.lang}-{self.device}" / f"{name}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(base64.b64decode(answer["data"]))


class ScreensCase(HttpCase):
    def setUp(self):
        super().setUp()
        self.browsers = {}

    def get_browser(self, device):
        """One for all that is seen at this width: it reads the scripts once.

        :rtype: ChromeBrowser"""
        if device not in self.browsers:
            width, height = SIZES[device]
            self.browser_size = f"{width}x{height}"
            self.touch_enabled = device == "mobile"
            browser = self.browsers[device] = ChromeBrowser(self)
            self.addCleanup(browser.stop)
            browser._websocket_request(
                "Page.addScriptToEvaluateOnNewDocument",
                params={"source": COUNT_REQUESTS},
            )
        return self.browsers[device]

    def leave(self, browser):
        """Whoever comes next finds nothing of the one before."""
        browser._websocket_request(
            "Runtime.evaluate", params={"expression": "sessionStorage.clear()"}
        )
        browser.navigate_to("about:blank")
        browser._websocket_request(
            "Storage.clearDataForOrigin",
            params={"origin": self.base_url(), "storageTypes": "all"},
        )

    @contextlib.contextmanager
    def screens(self, login, device="desktop", lang="en_US"):
        """A :class:`Screens` of this person; their language is changed for it."""
        self.env["res.users"].search([("login", "=", login)]).lang = lang
        browser = self.get_browser(device)
        send_one = BusBus._sendone

        def send_now(bus, target, kind, message):
            # in a test nothing is committed: HttpCase.browser_js does the same
            send_one(bus, target, kind, message)
            bus.env.cr.precommit.run()
            bus.env.cr.postcommit.run()

        with (
            self.allow_requests(browser=browser),
            contextlib.ExitStack() as at_exit,
        ):
            at_exit.callback(self._wait_remaining_requests)
            at_exit.callback(_kick_all, CloseCode.KILL_NOW)
            at_exit.enter_context(patch.object(BusBus, "_sendone", send_now))
            at_exit.enter_context(
                patch.object(
                    WebsocketConnectionHandler, "websocket_allowed", return_value=True
                )
            )
            at_exit.enter_context(
                patch.object(
                    self.registry["res.users"], "_compute_tour_enabled", lambda _: None
                )
            )
            self.authenticate(login, login, browser=browser)
            browser.set_cookie("color_scheme", "light", "/", HOST)
            self.cr.flush()
            self.cr.clear()
            at_exit.callback(self.leave, browser)
            yield Screens(self, browser, device, lang)

    @classmethod
    def make_person(cls, login, name, groups, **values):
        """Somebody of the company whose screens are looked at."""
        return new_test_user(
            cls.env,
            login,
            groups,
            name=name,
            email=f"{login}@example.com",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            **values,
        )

    @classmethod
    def make_manager(cls):
        """``maya``, who leads the team and looks after the connectors."""
        return cls.make_person(
            "maya",
            "Maya Manager",
            "sales_team.group_sale_manager,"
            "integration_hub.group_integration_administrator",
        )

    @classmethod
    def load_language(cls, code):
        """Switch a language on, with the texts of what is seen; ``make test`` has loaded
        them already (``tools/harness/bundles.py``)."""
        cls.env["res.lang"]._activate_lang(code)
        if cls.env["ir.config_parameter"].get_param("test.texts"):
            return
        ours = cls.env["ir.module.module"].search(
            [
                ("state", "=", "installed"),
                "|",
                ("name", "in", TRANSLATED),
                ("name", "=like", "integration%"),
            ]
        )
        ours._update_translations([code])
