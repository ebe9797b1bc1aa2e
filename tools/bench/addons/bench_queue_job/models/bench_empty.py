from odoo import models


class BenchEmpty(models.AbstractModel):
    _name = "bench.empty"
    _description = "Empty Jobs"

    def nothing(self):
        """What a job of queue_job does here."""
