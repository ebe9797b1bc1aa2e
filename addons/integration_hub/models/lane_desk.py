"""Where a lane run deals with one system; see ``lane_run.py``."""

import logging

_logger = logging.getLogger(__name__)


class Desk:
    """One connector in a lane run: its free clients, the calls under way, and one more
    batch prepared for the client that gets free next; another one where something more
    urgent comes meanwhile, which then goes first."""

    def __init__(self, run, connector_id):
        self.run = run
        self.connector_id = connector_id
        self.places = {}  # client -> lock of its place, or None
        self.free = []
        self.in_flight = []
        self.prepared = []
        # what the clients were made of, and when the run has last looked whether it holds
        self.settings = None
        self.looked_at = 0.0
        # the last call that came back got no answer: what comes on top of work that takes
        # too long makes it take longer, so one call at a time until one is answered
        self.is_strained = False
        # clients with a call under way that were made of what does not hold any more
        self.outdated = set()

    @property
    def clients(self):
        return list(self.places)

    def has_room(self, turn):
        if self.in_flight and turn.is_probing:
            return False
        if not self.run.has_place():
            return False
        return all(turn.priority < batch.turn.priority for batch in self.prepared)

    def keep_up(self, settings):
        """Clients go where, and as whom, the connector says now.

        :param settings: ``ConnectionSettings``, or the exception that says why there are
            none
        :raise Exception: that one
        """
        if isinstance(settings, Exception):
            raise settings
        if self.settings is not None and settings != self.settings:
            self.renew()
        self.settings = settings

    def renew(self):
        """Have new clients made: those that are free now, and the others as they get
        free."""
        self.outdated.update(
            client for client in self.places if client not in self.free
        )
        self.leave()

    def welcome(self, client, place):
        self.places[client] = place
        self.free.append(client)
        self.submit()

    def add(self, batch):
        if not self.in_flight and self.free:
            # All that was said in calls is written down by now, and by what is written
            # this one may go: a person may have ended the wait, in another process
            self.free[0].forget_pause()
        self.prepared.append(batch)
        self.submit()

    def finish(self, batch):
        self.in_flight.remove(batch)
        if batch.client in self.outdated:
            self.outdated.discard(batch.client)
            self._dismiss([batch.client])
        else:
            self.free.append(batch.client)
        self.submit()
        if self.run.is_leaving(self.connector_id) and self.leave():
            self.run.lane_model._wake_up()
            self.run.lane_model._commit()

    def give_back(self):
        """What is prepared goes back into the queue.

        :return: whether there was anything
        """
        given, self.prepared = self.prepared, []
        for batch in given:
            self.run.attempt(batch, batch.give_back)
        return bool(given)

    def _give_back_what_may_not_go(self):
        for batch in [one for one in self.prepared if not self.run.may_go(one)]:
            self.prepared.remove(batch)
            self.run.attempt(batch, batch.give_back)
            # what the run knows of this system is out of date
            self.run.turns.clear()

    def leave_one(self):
        """Dismiss a client, as soon as one is free."""
        if self.free:
            self._dismiss([self.free.pop()])
        elif self.places and not self.outdated:
            self.outdated.add(next(iter(self.places)))

    def keep_within(self, places):
        """Fewer calls may be under way now: dismiss the clients that have none of these
        places, the others as they get free.

        :param list places: their locks
        """
        beyond = {
            client for client, place in self.places.items() if place not in places
        }
        if beyond:
            leaving = [client for client in self.free if client in beyond]
            self.free = [client for client in self.free if client not in beyond]
            self.outdated.update(beyond.difference(leaving))
            self._dismiss(leaving)

    def leave(self):
        """Dismiss the clients that have nothing to do.

        :return: whether places have become free for other lanes
        """
        dismissed, self.free = self.free, []
        return self._dismiss(dismissed)

    def close(self):
        self._close(self.clients)

    def _close(self, clients):
        for client in clients:
            try:
                client.close()
            except Exception:
                # whatever a client leaves behind, the run goes on
                _logger.exception("A client of %s can't be closed", self.connector_id)

    def _dismiss(self, clients):
        places = [self.places.pop(client) for client in clients]
        self._close(clients)
        for place in filter(None, places):
            self.run.unlock(*place)
        if not self.places and self.give_back():
            # whoever has a client first sends it
            self.run.turns.clear()
        return any(places)

    def submit(self):
        while self.prepared and self.free and self.run.has_place():
            if self.is_strained and self.in_flight:
                return
            self._give_back_what_may_not_go()
            if not self.prepared:
                return
            batch = min(self.prepared, key=lambda batch: batch.turn.priority)
            self.prepared.remove(batch)
            batch.submit(self.run.pool, self.free.pop())
            self.in_flight.append(batch)
