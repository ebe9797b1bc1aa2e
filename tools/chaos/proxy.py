"""Stands between the CRM and an ERP on loopback, and spoils a call when told to.

Bytes are what is spoiled, so this works on sockets: one call a connection, read whole, sent on whole, the answer read
whole. Python's own asyncio is all it takes; it runs in a thread of the test or the campaign.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from chaos.faults import FAULTS, NONSENSE

# Calls that change something over there: where a lost answer hurts.
CHANGES = (
    b"/create ",
    b"/write ",
    b"/load ",
    b"/unlink ",
    b"/action_",
    b'.create"',
    b'.write"',
    b'.delete"',
    b'"model.sale.sale.quote"',
    b'"model.sale.sale.confirm"',
    b'"model.sale.sale.process"',
    b'"model.sale.sale.cancel"',
    b'"model.sale.sale.draft"',
    # over Odoo's JSON-RPC
    b'", "create", [',
    b'", "write", [',
    b'", "load", [',
    b'", "unlink", [',
    b'", "action_',
)
CREATES_ORDER = (
    b"/json/2/sale.order/create ",
    b'"model.sale.sale.create"',
    b'"sale.order", "create", [',
)


@dataclass
class Armed:
    """A fault that waits for its call."""

    kind: str
    only: str = ""  # "", "changes" or "order": which calls it takes
    forward: bool | None = None
    at: float = 0.0  # when it struck, time.time
    what: str = ""  # the call it struck
    forwarded: bool = False
    port: int = 0  # of whoever called
    seen: object = None  # what `Proxy.look` saw at that moment
    struck: threading.Event = field(default_factory=threading.Event)
    # The ERP has got all of it, and is at work; an answer of it may never come.
    sent: threading.Event = field(default_factory=threading.Event)
    sent_at: float = 0.0
    answered_at: float = 0.0


class Proxy:
    """`url` is what the connector is given. Faults are armed one by one; without one, all calls pass."""

    def __init__(self, target: str, seed=0, delay=1.5, late=3.0, hang=30.0):
        self.target = urlsplit(target)
        self.random = random.Random(seed)
        self.delay, self.late, self.hang = delay, late, hang
        # How long each call takes besides that nothing else befalls.
        self.pause = 0.0
        # Called when a fault strikes, before anybody can notice: who is at work in this moment.
        self.look = lambda: None
        self.armed: list[Armed] = []
        self.lock = threading.Lock()
        # The loop itself only remembers tasks weakly.
        self.tasks: set[asyncio.Task] = set()
        self.calls = 0
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(10)

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self.port}"

    def arm(self, kind: str, only: str = "", forward: bool | None = None) -> Armed:
        """The next call that fits gets this fault."""
        fault = FAULTS[kind]
        if forward is None:
            forward = fault.forward
        if forward is None:
            forward = self.random.random() < 0.5
        armed = Armed(kind, only, forward)
        with self.lock:
            self.armed.append(armed)
        return armed

    def disarm(self) -> None:
        """What has not struck yet does not strike any more."""
        with self.lock:
            self.armed.clear()

    def close(self) -> None:
        """Hang up, and listen no more."""
        if self.loop.is_running():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(10)

    # The server

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0)
        )
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        with contextlib.suppress(RuntimeError):
            self.loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()

    async def _serve(self, reader, writer) -> None:
        task = asyncio.current_task()
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        try:
            request = await read_message(reader)
            if request:
                await self._pass_on(request, writer)
        except (OSError, asyncio.IncompleteReadError, EOFError):
            pass
        finally:
            with contextlib.suppress(Exception):
                writer.close()

    async def _pass_on(self, request: bytes, writer) -> None:
        self.calls += 1
        armed = self._take(request)
        if armed is None:
            answer = await self._ask(request)
            if self.pause:
                await asyncio.sleep(self.pause)
            writer.write(answer)
            await writer.drain()
            return
        armed.what = name_of(request)
        armed.at = time.time()
        armed.forwarded = armed.forward
        armed.port = writer.get_extra_info("peername")[1]
        armed.seen = self.look()
        answer = b""
        try:
            if armed.kind == "request arrives late":
                # The caller is gone by then; the ERP does it all the same.
                reset(writer)
                await asyncio.sleep(self.late)
            if armed.forward:
                answer = await self._ask(request, armed)
                # It is from here on that an answer is lost.
                armed.at = time.time()
                armed.answered_at = armed.at if answer else 0.0
        finally:
            armed.struck.set()
        await self._spoil(armed, answer, writer)

    def _take(self, request: bytes) -> Armed | None:
        with self.lock:
            for armed in self.armed:
                if fits(armed.only, request):
                    self.armed.remove(armed)
                    return armed
        return None

    async def _ask(self, request: bytes, armed: Armed | None = None) -> bytes:
        """The ERP's answer, as it comes, to the last byte."""
        reader, writer = await asyncio.open_connection(
            self.target.hostname, self.target.port
        )
        try:
            head, _, body = request.partition(b"\r\n\r\n")
            lines = [
                line
                for line in head.split(b"\r\n")
                if not line.lower().startswith(b"connection:")
            ]
            writer.write(
                b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body
            )
            await writer.drain()
            if armed:
                armed.sent_at = time.time()
                armed.sent.set()
            return await reader.read(-1)
        finally:
            writer.close()

    # The faults

    async def _spoil(self, armed: Armed, answer: bytes, writer) -> None:
        fault = FAULTS[armed.kind]
        head, _, body = answer.partition(b"\r\n\r\n")
        head += b"\r\n\r\n"
        match fault.way:
            case "close" | "late":
                pass
            case "reset":
                reset(writer)
            case "hang":
                await asyncio.sleep(self.hang)
            case "delay":
                await asyncio.sleep(self.delay)
                writer.write(answer)
            case "truncate":
                writer.write(head + body[: len(body) // 2])
            case "headers":
                writer.write(head)
            case "slow":
                await dribble(writer, answer, self.delay, pieces=20)
            case "endless":
                await dribble(writer, answer, self.hang, pieces=self.hang * 2)
            case "instead":
                writer.write(self._instead(fault))
        with contextlib.suppress(OSError):
            await writer.drain()

    def _instead(self, fault) -> bytes:
        body = fault.body or self.random.choice(NONSENSE)
        lines = [
            f"HTTP/1.1 {fault.status} Chaos",
            *(f"{name}: {value}" for name, value in fault.headers),
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def read_message(reader) -> bytes:
    """A whole request; callers of ours always say how long it is."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return b""
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return head + (await reader.readexactly(length) if length else b"")


async def dribble(writer, answer: bytes, seconds: float, pieces: float) -> None:
    """The answer in small pieces over a span of time."""
    size = max(1, int(len(answer) // pieces))
    for start in range(0, len(answer), size):
        writer.write(answer[start : start + size])
        await writer.drain()
        await asyncio.sleep(seconds / pieces)


def reset(writer) -> None:
    """Not a goodbye but a TCP reset."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def fits(only: str, request: bytes) -> bool:
    """Whether a fault that waits for some calls takes this one."""
    marks = {"": (), "changes": CHANGES, "order": CREATES_ORDER}[only]
    start = request[:4000]
    return not marks or any(mark in start for mark in marks)


def name_of(request: bytes) -> str:
    """What is called, for reports."""
    line = request.split(b"\r\n", 1)[0].decode(errors="replace")
    marker = b'"method": "'
    if marker in request[:4000]:
        return request.split(marker, 1)[1].split(b'"', 1)[0].decode(errors="replace")
    return line.split(" ")[1] if " " in line else line
