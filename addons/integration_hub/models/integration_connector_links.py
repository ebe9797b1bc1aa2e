from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..client import IntegrationError
from ..translation import say
from .integration_job import OPEN_STATES

DEFAULT_PORTS = {None, 80, 443}


@dataclass(frozen=True)
class LinkRule:
    """Records of a connector that hold ids of the other system."""

    #: which of them
    domain: list
    #: written to forget the link; None removes the record
    values: dict | None = None
    #: the next reading brings them back: nothing is lost with them
    is_read: bool = False


class IntegrationConnector(models.Model):
    """Links say which record over there is ours. They hold for the system they were made
    with: at another one, the same numbers are other people's records.

    A system addon names what tells one system from another, besides the address::

        def _acme_get_system_fields(self):
            return ("acme_database",)
    """

    _inherit = "integration.connector"

    has_links = fields.Boolean(compute="_compute_has_links")
    is_system_changed = fields.Boolean(
        compute="_compute_is_system_changed",
        help="What is entered, and not saved yet, may be another system.",
    )
    is_same_system = fields.Boolean(
        "It is the same system, only its address is another one",
        compute="_compute_is_same_system",
        readonly=False,
    )
    is_moved = fields.Boolean(
        "To Be Recognised",
        readonly=True,
        copy=False,
        help="Its address has changed: the next test looks whether our records are there.",
    )
    links_forgotten_at = fields.Datetime("Links Forgotten", readonly=True, copy=False)
    keeps_collecting = fields.Boolean(
        readonly=True,
        copy=False,
        help="It was at work and is to serve another system: what happens until it is"
        " started again is collected, as while it is paused.",
    )

    # -- compute ----------------------------------------------------------------------

    def _compute_has_links(self):
        for connector in self:
            connector.has_links = connector._origin._is_linked()

    @api.depends("system_type", "url")
    def _compute_is_system_changed(self):
        for connector in self:
            saved = connector._origin
            entered = {name: connector[name] for name in saved._get_system_fields()}
            connector.is_system_changed = (
                bool(saved) and saved._is_another_system(entered) and saved._is_linked()
            )

    def _compute_is_same_system(self):
        """Said with a change of the address, and of it alone."""
        self.is_same_system = False

    # -- which system -----------------------------------------------------------------

    def _get_system_fields(self):
        """:return: tuple of names of the fields that say which system it is"""
        more = (
            self._call_hook("get_system_fields", default=()) if len(self) == 1 else ()
        )
        return ("system_type", "url", *more)

    def _is_another_system(self, vals):
        """Whether it may be another one with these values. Encrypted or not, the same
        host is the same; an address that is taken away is no other one.

        :param dict vals: as for ``write``
        """
        self.ensure_one()
        for name in self._get_system_fields():
            if name not in vals:
                continue
            before, after = (
                (value or "").strip() for value in (self[name], vals[name])
            )
            if name == "url":
                if not before or not after:
                    continue
                before, after = _get_place(before), _get_place(after)
            if before != after:
                return True
        return False

    def _filter_leaving(self, vals):
        """Those that were in contact with the host of their address and get another one,
        or none for now; an address that never answered was a slip.

        :param dict vals: as for ``write``
        """
        if "url" not in vals:
            return self.browse()
        host = urlsplit(vals["url"] or "").hostname
        return self.filtered(
            lambda connector: (
                connector.last_contact
                and urlsplit(connector.url or "").hostname not in (None, host)
            )
        )

    def _forget_keys(self):
        """What opens the one system is no business of another."""
        keyed = self.filtered(lambda item: item.api_key_is_set or item.password_is_set)
        keyed.action_forget_credentials()
        for connector in keyed:
            connector._message_log(
                body=self.env._(
                    "The key was forgotten, as it was for the host that was here before:"
                    " enter that of the new one."
                )
            )

    # -- CRUD -------------------------------------------------------------------------

    def write(self, vals):
        vals = dict(vals)
        # those who move an ERP by a script of their own set it in the context
        is_known = self.env.context.get("integration_same_system")
        is_same = vals.pop("is_same_system", False)
        self.check_access("write")
        moved = self.browse()
        if not is_known:
            moved = self.filtered(lambda connector: connector._is_another_system(vals))
        linked = moved.filtered(lambda connector: connector._is_linked())
        if linked and not is_same:
            raise UserError(linked[0]._get_other_system_message())
        # what the other one answers now would be taken for the new one's word
        (moved - linked)._check_nothing_under_way()
        # what was read of the other one, and proposed from it, is nobody's work
        (moved - linked)._forget_links(only_read=True)
        if not is_same and not is_known:
            (self - linked)._filter_leaving(vals)._forget_keys()
        result = super().write(vals)
        if begun := (moved - linked).filtered(lambda item: item.state != "draft"):
            begun.write({"state": "draft"})
        if linked:
            linked.is_moved = True
            for connector in linked.filtered(lambda item: item.state != "draft"):
                connector.state = "tested" if connector.state == "tested" else "paused"
                connector.action_test_connection()
        return result

    def _get_other_system_message(self):
        return self.env._(
            "%(connector)s is linked with the system it is connected to now (%(links)s)."
            " Another system has other records under the same numbers. To connect another"
            " one, duplicate this connector and enter its address there; or pause this one"
            " and press “Forget All Links” first. If it is the same system and only its"
            " address is another one, tick “It is the same system”.",
            connector=self.name,
            links=self._list_links(),
        )

    # -- links ------------------------------------------------------------------------

    @api.private
    def _get_link_rules(self):
        """What holds ids of the other system; flow addons add theirs.

        :return: dict ``{model name: LinkRule}``, in the order in which they are forgotten
        """
        self.ensure_one()
        own = [("connector_id", "=", self.id)]
        chosen = [*own, ("remote_id", "!=", False)]
        return {
            "integration.external.id": LinkRule(own),
            "integration.product.mapping": LinkRule(
                chosen, {"remote_id": False, "factor": 1.0, "factor_state": "known"}
            ),
            "integration.value.mapping": LinkRule(chosen, {"remote_id": False}),
            "integration.remote.value": LinkRule(own, is_read=True),
        }

    @api.private
    def _count_links(self):
        """:return: list of (what, count) that a change of the system would lead astray;
        not what was merely read or proposed"""
        self.ensure_one()
        counts = []
        for model_name, rule in self._get_link_rules().items():
            if rule.is_read:
                continue
            # sudo: how many there are, of whatever flows keep
            records = self.env[model_name].sudo().with_context(active_test=False)
            domain = rule.domain
            if "is_automatic" in records._fields:
                # a proposal is nobody's work yet
                domain = records._get_decided_domain() & fields.Domain(domain)
            # sudo: what a model is called, in the reader's language
            what = self.env["ir.model"].sudo()._get(model_name).name
            counts.append((what, records.search_count(domain)))
        answered = [*self._get_unfinished_domain(), ("answer", "!=", False)]
        # sudo: as above
        jobs = self.env["integration.job"].sudo()
        counts.append(
            (self.env._("Answers not taken in yet"), jobs.search_count(answered))
        )
        return counts

    def _is_linked(self):
        return bool(self) and any(count for _what, count in self._count_links())

    def _list_links(self):
        return ", ".join(
            f"{what}: {count}" for what, count in self._count_links() if count
        )

    @api.private
    def _count_unfinished(self):
        """:return: number of jobs that would be given up with the links"""
        # sudo: how many there are
        jobs = self.env["integration.job"].sudo()
        return jobs.search_count(self._get_unfinished_domain())

    def _get_unfinished_domain(self):
        return [("connector_id", "in", self.ids), ("state", "in", OPEN_STATES)]

    def action_forget_links(self):
        """Say what is forgotten, then ask."""
        self.ensure_one()
        self.check_access("write")
        self._check_stands_still()
        wizard = self.env["integration.forget.links"].create({"connector_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Forget All Links"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _check_stands_still(self):
        """:raise UserError: something is under way, or may be soon"""
        if self.filtered(lambda connector: connector.state == "running"):
            raise UserError(self.env._("Pause the connector first."))
        self._check_nothing_under_way()

    def _check_nothing_under_way(self):
        """:raise UserError: a call is"""
        running = (
            # sudo: whether there is one
            self.env["integration.job"]
            .sudo()
            .search_count(
                [("connector_id", "in", self.ids), ("state", "=", "running")], limit=1
            )
        )
        if running:
            raise UserError(
                self.env._("A call is still under way. Try again in a moment.")
            )

    @api.private
    def _forget_links(self, only_read=False):
        """Forget which records over there are ours; both sides stay as they are.

        :param bool only_read: where there are no links: what was read, and proposals
        """
        for connector in self:
            counts = connector._list_links()
            if not only_read:
                connector._give_up_jobs()
            for model_name, rule in connector._get_link_rules().items():
                # sudo: flows keep what no person may write
                records = self.env[model_name].sudo().with_context(active_test=False)
                records = records.search(rule.domain)
                if rule.values is None:
                    records.unlink()
                else:
                    records.write(rule.values)
            # sudo: as above
            flows = connector.sudo().with_context(active_test=False).flow_ids
            flows.write({"cursor": False})
            connector.write(
                {
                    "state": "draft",
                    "keeps_collecting": connector._is_collecting(),
                    "is_moved": False,
                    "links_forgotten_at": self.env.cr.now(),
                    "error_message": False,
                    "missing_message": False,
                    "failures_in_a_row": 0,
                    "resting_until": False,
                    "calls_while_slow": 0,
                    "answers_while_slow": 0,
                }
            )
            connector._forget_session()
            if counts:
                connector._message_log(
                    body=Markup("%s %s")
                    % (self.env._("All links were forgotten:"), counts)
                )

    def _give_up_jobs(self):
        # sudo: see _forget_links
        jobs = self.env["integration.job"].sudo()
        jobs = jobs.search(self._get_unfinished_domain())
        # as they stand: nothing is to be looked up in the system that comes
        jobs._cancel()
        loads = self.env["integration.load"].sudo()
        loads.search([("connector_id", "=", self.id), ("state", "!=", "done")]).unlink()

    # -- meanwhile --------------------------------------------------------------------

    @api.private
    def _is_collecting(self):
        return super()._is_collecting() or self.keeps_collecting

    # -- recognised -------------------------------------------------------------------

    def action_start(self):
        self.check_access("write")
        for connector in self.filtered("is_moved"):
            raise UserError(
                self.env._(
                    "The address of %s has changed. Test the connection first: the test"
                    " looks whether our records are there.",
                    connector.name,
                )
            )
        result = super().action_start()
        self.keeps_collecting = False
        return result

    @api.private
    def _run_test(self):
        result = super()._run_test()
        if self.is_moved and not self.error_message and not self.missing_message:
            self._recognise()
        return result

    def _recognise(self):
        """After the address has changed: are our records there?"""
        speaker, exchanges = self._speak(), []
        # no row stays locked while the system is asked
        self.env["integration.lane"]._commit()
        try:
            with speaker._get_client() as client:
                try:
                    doubt = speaker._find_strangers(client)
                finally:
                    exchanges = client.exchanges
        except IntegrationError as error:
            doubt = say(speaker.env, error.message)
        self.env["integration.exchange"]._log(self, exchanges)
        self.write({"error_message": doubt or False, "is_moved": bool(doubt)})

    @api.private
    def _find_strangers(self, client):
        """Look up some of what is linked; flow addons know how.

        :param client: of the system, open
        :return: what to tell people where that is not what it was, else empty
        :raise IntegrationError: the system can't be asked
        """
        return ""


def _get_place(url):
    """What of an address tells one system from another.

    :param str url: as it is entered
    :return: tuple (host, port where it is none of the usual ones, path)
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        # the check of the address says so
        port = parts.netloc
    return (
        (parts.hostname or "").lower(),
        None if port in DEFAULT_PORTS else port,
        parts.path.rstrip("/"),
    )
