from odoo import api, models


class Blocked:
    """Answer of ``_prepare``: this job goes on when that other one is done.

    :param job: ``integration.job``, a customer before its order for example
    """

    def __init__(self, job):
        self.job = job


class IntegrationHandler(models.AbstractModel):
    """What a flow means. A flow addon inherits it once per flow, as
    ``integration.handler.<code of the flow>``.

    A lane takes a batch of jobs and walks it through three steps, with a commit after
    each: ``_prepare`` (database, no remote call), ``_call`` (remote, no database, in a
    thread) and ``_apply`` (database). The answers are committed before ``_apply`` runs:
    when that fails, a retry starts from the stored answer and calls nobody.

    In a lane all of it speaks the language of whoever is in charge of the connector: texts
    made by ``self.env._`` are for that person. What is kept in translated fields, or
    compared with names over there, is read and written ``with_context(lang=None)``: it must
    not depend on who that is. Errors take texts of ``client.TextMaker`` (``_lt``), which
    everybody is told in a language of their own.
    """

    _name = "integration.handler"
    _description = "Flow Handler"

    #: won deals go this way: part of a connector's daily budget is kept for them
    _carries_deals = False

    #: a flow to the system that is told of no change: each run looks by itself for what
    #: has to be sent, at once per interval and when a person asks
    _gathers_changes = False

    #: model of the records that the flow's filter is for; None: it has none
    _filter_model = None

    #: of a request, the names of what a record is looked up by: not sent, and of no
    #: interest to people who compare what was sent with what would be
    _not_sent = ()

    @api.private
    def _prepare(self, flow, jobs):
        """Turn jobs into requests.

        :param flow: the flow of all ``jobs``
        :param jobs: ``integration.job``, of one operation
        :return: dict ``{job: request}``; a request is JSON-safe, or an
            ``IntegrationError`` (the job stops here), or :class:`Blocked`
        """
        raise NotImplementedError

    @api.private
    def _amend_requests(self, flow, requests):
        """Changes are about to be queued. One that is queued already under the same key
        gets the newer snapshot: what of the former one must not get lost is put in here.

        :param list requests: as given to ``integration.job._enqueue``
        :return: the same, amended, in the same order
        """
        return requests

    @api.private
    def _take_snapshots(self, flow, jobs):
        """The jobs' snapshots as they would be made today; what can't be made anew stays
        as it is.

        :return: dict ``{job: payload}``, for all ``jobs``
        """
        return {job: job.payload for job in jobs}

    @api.private
    def _renew_requests(self, flow, requests):
        """What goes out as it once was, or as a person wrote it: put in it what has to be
        as of now nevertheless, such as whether it is still wanted.

        :param dict requests: ``{job: request}``
        :return: the same, renewed; in place of a request an ``IntegrationError`` where it
            must not go out any more
        """
        return requests

    @api.private
    def _check_request(self, flow, job, request):
        """A person wrote this request; its structure was compared with the former one.

        :raise odoo.exceptions.ValidationError: it would do harm, or can't be understood
        """

    @api.private
    def _take_candidate(self, flow, job, candidate):
        """A person said which record over there is the one of ``job``.

        :param dict candidate: of those the error had, with ``id``
        """
        job._queue_again({"remote_id": candidate["id"]})

    @api.private
    def _take_none(self, flow, job):
        """A person said that none of the candidates is the one: it is to be created."""
        job._queue_again({"is_new": True})

    @staticmethod
    def _call(client, requests):
        """Send requests. Runs in a thread: no ``self``, no environment, no cursor.

        :param client: the system's client
        :param list requests: as made by ``_prepare``; the lane adds ``unsettled_until``:
            where ``client.get_hold_back`` gives an error for it, look the record up, but
            don't create it; and ``is_called_off`` to those a person has cancelled, see
            ``integration_handler_cancel.py``
        :return: per request, in order, a JSON-safe answer or an ``IntegrationError``
        :raise IntegrationError: when it concerns all of them
        """
        raise NotImplementedError

    @api.private
    def _apply(self, flow, results):
        """Write what the answers mean.

        :param results: list of ``(job, answer)``
        :return: None, or dict ``{job: IntegrationError}`` of those that need a person
            although the call worked
        """
        raise NotImplementedError

    @staticmethod
    def _get_system_warnings(client):
        """*Test connection*, as far as this flow is concerned. Remote, reads only.

        :param client: the system's client
        :return: list of sentences, each naming what the system lacks for this flow, or
            what is worth knowing of how it is done there
        :raise IntegrationError:
        """
        return []

    @api.private
    def _speak_for(self, job):
        """Whoever reads what comes of a job: the one in charge of the connector.

        :return: the environment whose language the texts in its answer are said in
        """
        return self.env

    @api.private
    def _on_problem(self, flow, failures):
        """Jobs have stopped and a person has to act: show it where people look, by default
        in an activity for whoever is in charge of the connector, one per flow.

        :param failures: list of ``(job, IntegrationError)``
        """
        flow._tell_of_problems(self._get_untold(flow, failures))

    @api.private
    def _get_untold(self, flow, failures):
        """Those of ``failures`` that are shown nowhere else, such as on a deal.

        :param failures: list of ``(job, IntegrationError)``
        :return: the same kind of list
        """
        return failures

    @api.private
    def _on_waiting(self, flow, jobs):
        """Jobs were queued, or queued again after a problem."""

    @api.private
    def _on_cancelled(self, flow, jobs):
        """A person has cancelled jobs."""
