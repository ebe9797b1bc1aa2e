"""Loads as somebody starts them: looked at first, and then done."""

from lxml import html

# last words of calls that change something, in either ERP
CHANGING = {"create", "write", "unlink", "delete", "copy", "confirm", "process"}


class LoadSteps:
    """To be put before ``ErpCase``."""

    def check_load(self, flow, *tables):
        """Check the flow's load. Not a row of ``tables`` may change by it, nor how far the
        flow has read, nor anything in the ERP.

        :return: ``integration.load``
        """
        before = {table: self.read_table(table) for table in tables}
        cursor = flow.cursor
        exchanges = self.env["integration.exchange"].search([])
        load = self.env["integration.load"].browse(flow.action_open_load()["res_id"])
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        for table, rows in before.items():
            self.assertEqual(self.read_table(table), rows, table)
        self.assertEqual(flow.cursor, cursor)
        calls = self.env["integration.exchange"].search([]) - exchanges
        self.assertTrue(calls)
        verbs = {call.operation.rpartition(".")[2] for call in calls}
        self.assertFalse(verbs & CHANGING)
        return load

    def do_load(self, load):
        load.action_load()
        self.run_lane()
        self.assertEqual((load.state, load.remaining_count), ("done", 0))
        self.assertFalse(load.problem_count, load.error_message)

    def read_table(self, table):
        """All of it, with what waits to be written."""
        self.env.cr.flush()
        self.env.cr.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        return self.env.cr.fetchall()

    def get_line(self, load, record, name=None):
        lines = load.line_ids.filtered(
            lambda line: (
                (line.res_model, line.res_id) == (record._name, record.id)
                and (name is None or name in line.name)
            )
        )
        self.assertEqual(len(lines), 1, load.line_ids.mapped("name"))
        return lines

    def get_totals(self, load):
        """:return: dict ``{(outcome, currency): text}``, as the form shows them"""
        rows = list(html.fromstring(load.totals_html).iter("tr"))
        names = [cell.text for cell in rows[0]][2:]
        return {
            (row[0].text, name): cell.text
            for row in rows[1:]
            for name, cell in zip(names, row[2:], strict=True)
            if cell.text
        }
