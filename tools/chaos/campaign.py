"""Deals are won without a pause while one thing after another goes wrong; in the end the ERPs' own books are read."""

import http.client
import random
import threading
import time
from dataclasses import dataclass

from chaos.after_won import AfterWon
from chaos.boundaries import UNDER_WAY
from chaos.faults import FAULTS
from chaos.site import kill
from harness.progress import say
from stage import people
from stage.json2 import CallError

# How often each kind of call is what a fault waits for.
AIMS = ("order", "order", "changes", "changes", "")
# Each fault at each of them, where it may be both: before the ERP has got the call, and after it has done what it asks.
STRIKES = [
    (kind, aim, forward)
    for kind, fault in FAULTS.items()
    for aim in AIMS
    for forward in ((True, False) if fault.forward is None else (fault.forward,))
]
# A fault that nothing came along for.
PATIENCE = 15.0
# Seconds between two faults of an ERP, and between two kills.
PAUSE = (0.1, 0.8)
KILL_PAUSE = (20, 40)
# Of the kills, those of all the CRM.
SERVER_SHARE = 0.12
PRODUCTS = ("PUMP-200", "VALVE-DN25", "FILTER-10", "SEAL-KIT", "BOOK-HYD")
MOST_OPEN = 80
# Seconds after which somebody wins a deal however many are open: as it wakes up the scheduled actions of a server that
# was just started, which otherwise look after a minute only.
LONGEST_LULL = 6.0
SERVER_KILL = "kill -9 of all of the CRM"
LANE_KILL = "kill -9 of a lane"
GONE = (OSError, http.client.HTTPException, CallError, TimeoutError)


@dataclass
class Event:
    """Something that went wrong."""

    kind: str
    erp: str  # "" for both
    at: float
    what: str = ""
    forwarded: bool = False
    # The jobs that were being worked on: (id, key).
    jobs: tuple = ()
    # Which calls it waited for: see ``AIMS``.
    aim: str = ""


class Campaign:
    """Threads of a winner, an injector per ERP, a killer, and a person who looks after stopped connectors."""

    def __init__(
        self, site, seed: int, faults: int, minutes: float, kills: bool = True
    ):
        self.site = site
        self.seed = seed
        self.faults = faults
        self.deadline = time.monotonic() + minutes * 60 if minutes else None
        self.events: list[Event] = []
        self.person = {"connector restarted": 0}
        self.is_over = threading.Event()
        self.injecting = set(site.erps)
        self.kills = kills
        self.won = 0
        self.after_won = AfterWon(seed)
        self.seconds = 0.0
        for kind, proxy in site.proxies.items():
            proxy.look = self._make_look(kind)

    def run(self) -> None:
        """Until the faults are used up, or time is."""
        began = time.monotonic()
        workers = [self._win, self._look_after] + ([self._kill] if self.kills else [])
        threads = [threading.Thread(target=work, daemon=True) for work in workers]
        injectors = [
            threading.Thread(target=self._inject, args=(kind,), daemon=True)
            for kind in self.site.erps
        ]
        for thread in (*threads, *injectors):
            thread.start()
        try:
            for thread in injectors:
                while thread.is_alive():
                    thread.join(30)
                    say(
                        f"    {time.monotonic() - began:.0f} s: {len(self.events)} faults, {self.won} deals won,"
                        f" {self._count_open()} jobs open"
                    )
        except KeyboardInterrupt:
            say("    broken off: what has been played is judged")
        self.is_over.set()
        self.seconds = time.monotonic() - began
        for thread in threads:
            thread.join(60)

    # What people do

    def _win(self) -> None:
        """A salesperson wins deals, of known customers and new ones, and changes some of them afterwards."""
        dice = random.Random(f"{self.seed}-deals")
        seller = self.site.as_user(people.SALESPERSON)
        known, last = None, 0.0
        while not self.is_over.is_set():
            try:
                if known is None:
                    known = self._read_known(seller)
                self.after_won.change(seller, known[0], time.monotonic())
                is_lull = time.monotonic() - last > LONGEST_LULL
                if is_lull or self._count_open() < MOST_OPEN:
                    last = time.monotonic()
                    self._win_some(seller, dice, *known)
            except GONE:
                # the server is down, or was killed under us: what was not won is not missed
                seller.close()
                self.is_over.wait(1.0)
            self.is_over.wait(dice.uniform(0.3, 1.2))

    def _read_known(self, seller):
        products = {
            row["default_code"]: row["id"]
            for row in seller.find(
                "product.product", [("default_code", "in", PRODUCTS)], "default_code"
            )
        }
        domain = [("name", "like", "Bench customer")]
        return products, seller.call("res.partner", "search", domain=domain)

    def _win_some(self, seller, dice, products, partners) -> None:
        values = []
        for _deal in range(dice.randint(2, 6)):
            mark = f"{self.seed}-{dice.randrange(10**9)}"
            customer = {"partner_id": dice.choice(partners)}
            if dice.random() < 0.25:
                customer = {
                    "partner_name": f"New customer {mark}",
                    "email_from": f"buyer-{mark}@new.example",
                    "street": f"Kade {dice.randrange(900)}",
                    "zip": "3011 AA",
                    "city": "Rotterdam",
                }
            lines = [
                (0, 0, {"product_id": products[code], "quantity": dice.randint(1, 9)})
                for code in dice.sample(sorted(products), dice.randint(1, 3))
            ]
            values.append(
                {"name": f"Deal {mark}", "type": "opportunity", "lead_line_ids": lines}
                | customer
            )
        leads = seller.call("crm.lead", "create", vals_list=values)
        seller.call("crm.lead", "action_set_won", leads)
        self.won += len(leads)
        self.after_won.plan(leads, time.monotonic())

    def _count_open(self) -> int:
        return self.site.database.value(
            f"select count(*) from integration_job where {UNDER_WAY}"
        )

    def _look_after(self) -> None:
        """What a stopped connector asks of a person: mend the credentials, test, start."""
        admin = self.site.as_user(people.ADMIN)
        while not self.is_over.wait(1.0):
            try:
                self.help_out(admin)
            except GONE:
                admin.close()

    def help_out(self, admin) -> None:
        """One look at the connectors. Jobs are left alone: whatever was set aside counts as something that asks a person."""
        stopped = admin.find(
            "integration.connector", [("state", "in", ("error", "paused"))], "state"
        )
        for connector in stopped:
            if connector["state"] == "error":
                admin.call(
                    "integration.connector", "action_test_connection", [connector["id"]]
                )
            else:
                admin.call("integration.connector", "action_start", [connector["id"]])
                self.person["connector restarted"] += 1

    # What goes wrong

    def _inject(self, kind: str) -> None:
        dice = random.Random(f"{self.seed}-{kind}")
        proxy = self.site.proxies[kind]
        bag = []
        count = 0
        while self._goes_on(count):
            if not bag:
                bag = list(STRIKES)
                dice.shuffle(bag)
            strike = bag.pop()
            armed = proxy.arm(*strike)
            if not armed.struck.wait(PATIENCE):
                # nothing of the kind is being called, say while the connector rests
                proxy.disarm()
                bag.insert(0, strike)
                continue
            count += 1
            self.events.append(
                Event(
                    armed.kind,
                    kind,
                    armed.at,
                    armed.what,
                    armed.forwarded,
                    armed.seen or (),
                    armed.only,
                )
            )
            time.sleep(dice.uniform(*PAUSE))
        self.injecting.discard(kind)

    def _goes_on(self, count: int) -> bool:
        if self.is_over.is_set():
            return False
        if self.deadline:
            return time.monotonic() < self.deadline
        return count < self.faults

    def _kill(self) -> None:
        """A lane in the middle of its work, now and then all of the CRM."""
        dice = random.Random(f"{self.seed}-kill")
        look = self._make_look(None)
        while not self.is_over.wait(dice.uniform(*KILL_PAUSE)):
            if dice.random() < SERVER_SHARE:
                self.events.append(Event(SERVER_KILL, "", time.time(), jobs=look()))
                self.site.kill_all()
                self.site.start()
            elif lane := self.site.find_busy_lane():
                self.events.append(Event(LANE_KILL, "", time.time(), jobs=look()))
                kill(lane)
                self.is_over.wait(dice.uniform(0.5, 5))
                self.site.start_lane(lane)

    # Afterwards

    def settle(self, seconds: float = 900) -> bool:
        """No more faults: whether the queue gets empty by itself."""
        admin = self.site.as_user(people.ADMIN)
        for proxy in self.site.proxies.values():
            proxy.disarm()
        end = time.monotonic() + seconds
        while self._count_open() and time.monotonic() < end:
            try:
                self.help_out(admin)
            except GONE:
                admin.close()
            time.sleep(1)
        return not self._count_open()

    def problems(self) -> list[tuple]:
        """Jobs a person is asked about, with what they say."""
        return self.site.database.rows(
            "select connector_id, name, state, error_kind, error_message, error_detail ->> 'technical'"
            " from integration_job where state in ('failed', 'attention')"
        )

    def _make_look(self, kind: str | None):
        """Which jobs are being worked on, for this ERP or for all: found on a connection of its own."""
        database = self.site.look_into(self.site.crm)
        connectors = [
            number
            for name, number in self.site.connectors.items()
            if kind in (None, name)
        ]

        def look() -> tuple:
            return tuple(
                database.rows(
                    "select id, idempotency_key from integration_job"
                    " where state = 'running' and connector_id = any(%s)",
                    connectors,
                )
            )

        return look

    def recovery(self, event: Event) -> float | None:
        """Seconds from the fault until all jobs that were being worked on then are done; None if there were none."""
        seconds, count = self.site.database.rows(
            """
            select extract(epoch from max(finished_at) - to_timestamp(%s) at time zone 'UTC'), count(*)
              from integration_job
             where id = any(%s) and finished_at > to_timestamp(%s) at time zone 'UTC'
               and state in ('done', 'cancelled')
            """,
            event.at,
            [job for job, _key in event.jobs],
            event.at,
        )[0]
        return float(seconds) if count else None
