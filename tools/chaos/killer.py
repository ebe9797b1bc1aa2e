"""The crash matrix, fourth part: a job that kills each worker that sends it, and the deals beside it."""

from harness.progress import say

DEALS = 6
# With all others, with some of them, by itself.
DEATHS = 3
GROUP = "a job that kills its worker"


class Killer:
    """`matrix` wins the deals, runs the lanes and judges."""

    def __init__(self, matrix):
        self.matrix = matrix

    def run(self, kind: str) -> None:
        """One of several deals kills each worker until it is set aside; then a person sees to it, and retries."""
        matrix = self.matrix
        with matrix.scene(kind, "one of six deals", GROUP):
            deadly = matrix.win(kind, DEALS)[2]
            deaths = self.count_deaths(deadly)
            trouble = [] if deaths == DEATHS else [f"{deaths} workers died"]
            seconds, _left = matrix.recover()
            aside = matrix.site.database.rows(
                "select res_id, crashes from integration_job where state = 'failed' and connector_id = %s",
                matrix.site.connectors[kind],
            )
            if aside != [(deadly, deaths)]:
                trouble.append(f"set aside: {aside} instead of {deadly}")
            matrix.notes.append(
                f"{kind}: a job was set aside when {deaths} workers had died of it; the deals beside it went through"
                f" in {seconds:.1f} s."
            )
            say(f"    {kind}: {deaths} workers died")
            matrix.ask("wait", child=matrix.ask("retry")["child"])
            seconds, left = matrix.recover()
            matrix.note(
                kind, "one of six deals", GROUP, left, seconds, ", ".join(trouble)
            )

    def count_deaths(self, deadly: int) -> int:
        """Lanes, one after the other, until one comes through."""
        for deaths in range(3 * DEATHS):
            child = self.matrix.ask("run", deadly=deadly)["child"]
            if not self.matrix.ask("wait", child=child)["killed"]:
                return deaths
        return 3 * DEATHS
