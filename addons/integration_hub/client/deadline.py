"""A call has an end: time-outs of sockets count from byte to byte, so a system that speaks
slowly enough could hold a lane for ever."""

import contextlib
import socket
import threading

from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

# the call under way in this thread
_local = threading.local()


def _watched(connection_class):
    class WatchedConnection(connection_class):
        """Tells the deadline which socket to cut."""

        def request(self, *args, **kwargs):
            if deadline := getattr(_local, "deadline", None):
                # a connection over TLS stands by now
                deadline.has_left = True
            result = super().request(*args, **kwargs)
            if deadline:
                # the connection forgets it where the system hangs up after each answer
                deadline.socket = self.sock
            return result

    return WatchedConnection


class _WatchedPool(HTTPConnectionPool):
    ConnectionCls = _watched(HTTPConnectionPool.ConnectionCls)


class _WatchedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _watched(HTTPSConnectionPool.ConnectionCls)


class DeadlineAdapter(HTTPAdapter):
    """Connections that a :class:`Deadline` can cut."""

    def init_poolmanager(self, *args, **kwargs):
        result = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _WatchedPool,
            "https": _WatchedTlsPool,
        }
        return result


class Deadline:
    """Cuts the connection of the call made within it when its time is up. ``has_left``
    tells whether the request was on its way by then.

    :param float seconds: until the whole answer has to be there
    """

    def __init__(self, seconds):
        self.socket = None
        self.is_over = False
        self.has_left = False
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self):
        _local.deadline = self
        self._timer.start()
        return self

    def __exit__(self, *exc_info):
        _local.deadline = None
        self._timer.cancel()

    def _cut(self):
        self.is_over = True
        # whoever reads from it gets an end of file, and then an error
        with contextlib.suppress(OSError, AttributeError):
            self.socket.shutdown(socket.SHUT_RDWR)
