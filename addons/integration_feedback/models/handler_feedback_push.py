from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import ValidationError as UserValidationError

from odoo.addons.integration_hub.client import MappingError, TextMaker, ValidationError

from ..sending import get_hash, send_summaries

_lt = TextMaker(__name__)


class HandlerFeedbackPush(models.AbstractModel):
    """What customers say of a product, as one summary beside it in the ERP (ERP-13).

    A change here queues the product; once a day the queued ones are summed up anew, and
    what comes to the same as last time is not sent.
    """

    _name = "integration.handler.feedback_push"
    _description = "Product Feedback to the ERP"
    _inherit = ["integration.handler"]

    _not_sent = ("received", "sent_hash")

    # -- before the call --------------------------------------------------------------

    def _prepare(self, flow, jobs):
        connector = flow.connector_id
        handler = self.with_company(flow.company_id)
        products = handler.env["product.product"].browse(jobs.mapped("res_id")).exists()
        mappings = handler.env["integration.product.mapping"]._get_for(
            connector, products
        )
        links = handler._get_links(connector, products)
        texts = products._prepare_feedback_summaries(flow.company_id)
        # of one recordset: what of one is read is read of all
        by_id = {product.id: product for product in products}
        requests = {}
        for job in jobs:
            product = by_id.get(job.res_id)
            if not product:
                requests[job] = self._get_deleted_error()
                continue
            text = texts[product.id]
            link = links.get(product.id)
            mapping = mappings.get(product.id)
            if not mapping:
                requests[job] = (
                    handler._get_mapping_error(connector, product)
                    if text
                    # nothing to tell of what is not sold there
                    else {"is_same": True}
                )
                continue
            requests[job] = handler._prepare_request(product, mapping, text, link)
            if job.trigger == "replay":
                # somebody may have taken it away over there, and wants it back
                requests[job].pop("is_same", None)
        return requests

    def _get_links(self, connector, products):
        return (
            self.env["integration.external.id"]
            .search(
                [
                    ("connector_id", "=", connector.id),
                    ("kind", "=", "feedback"),
                    ("res_model", "=", "product.product"),
                    ("res_id", "in", products.ids),
                ]
            )
            .grouped("res_id")
        )

    def _prepare_request(self, product, mapping, text, link):
        # of the flow, see _prepare; the title is in the language of the text
        company = self.env.company
        speaking = self.with_context(lang=company.sudo().partner_id.lang)
        summary = {
            "key": product._get_feedback_key(company),
            "product_id": mapping.remote_id,
            "title": speaking.env._("Market feedback"),
            "text": text,
        }
        # of another product there it has to move
        sent_hash = get_hash(f"{mapping.remote_id}\n{text}")
        request = {
            # without a link it may be there all the same: a lost call would tell
            "summary": summary,
            "received": (link.received_hash or "") if link else "",
            "sent_hash": sent_hash,
        }
        if link and link.sent_hash == sent_hash:
            request["is_same"] = True
        return request

    def _get_deleted_error(self):
        return ValidationError(_lt("The product was deleted here."))

    def _get_mapping_error(self, connector, product):
        self.env["integration.product.mapping"]._ensure_unmapped(connector, product)
        return MappingError(
            _lt(
                "No product of the ERP is known for: %(product)s.",
                product=product.display_name,
            ),
            model="product.product",
            ids=product.ids,
        )

    @api.private
    def _take_snapshots(self, flow, jobs):
        """The snapshot is the product alone; what is sent is summed up at sending."""
        return {job: job.payload for job in jobs}

    @api.private
    def _renew_requests(self, flow, requests):
        products = self.env["product.product"].browse([job.res_id for job in requests])
        there = set(products.exists().ids)
        links = self._get_links(flow.connector_id, products)
        renewed = {}
        for job, request in requests.items():
            if job.res_id not in there:
                renewed[job] = self._get_deleted_error()
            elif "summary" in request:
                link = links.get(job.res_id)
                renewed[job] = {
                    **{name: request[name] for name in request if name != "is_same"},
                    "received": (link.received_hash or "") if link else "",
                }
            else:
                renewed[job] = request
        return renewed

    @api.private
    def _check_request(self, flow, job, request):
        super()._check_request(flow, job, request)
        before = job._get_request_to_correct()
        if not isinstance(before, dict) or not isinstance(request, dict):
            return
        if _get_identity(request) != _get_identity(before):
            raise UserValidationError(
                self.env._(
                    "Key and product must stay as they are: the summary is found by them,"
                    " so that there is never a second one."
                )
            )

    # -- the call ---------------------------------------------------------------------

    @staticmethod
    def _get_system_warnings(client):
        # a system may know nothing of it
        return getattr(client, "feedback_check", list)()

    @staticmethod
    def _call(client, requests):
        answers = [{"is_same": True} for _request in requests]
        changed = [
            index
            for index, request in enumerate(requests)
            if "summary" in request and not request.get("is_same")
        ]
        if changed:
            sent = send_summaries(client, [requests[index] for index in changed])
            for index, answer in zip(changed, sent, strict=True):
                if isinstance(answer, dict):
                    answer = {**answer, "sent_hash": requests[index]["sent_hash"]}
                answers[index] = answer
        return answers

    # -- after it ---------------------------------------------------------------------

    def _apply(self, flow, results):
        connector = flow.connector_id
        products = (
            self.env["product.product"]
            .browse([job.res_id for job, _answer in results])
            .exists()
        )
        by_id = {product.id: product for product in products}
        bindings, gone, count = [], products.browse(), 0
        for job, answer in results:
            product = by_id.get(job.res_id)
            if not product or answer.get("is_same"):
                continue
            count += 1
            state = answer["state"]
            if not state:
                gone |= product
                continue
            bindings.append(
                (
                    product,
                    {
                        "remote_id": state["remote_id"],
                        "remote_url": state["url"],
                        "sent_hash": answer["sent_hash"],
                        "received_hash": get_hash(state["text"]),
                        "sent_at": self.env.cr.now(),
                    },
                )
            )
            if answer["overwritten"]:
                self._tell_overwritten(connector, product, answer["overwritten"])
        external_ids = self.env["integration.external.id"]
        external_ids._bind(connector, "feedback", bindings)
        for links in self._get_links(connector, gone).values():
            links.unlink()
        flow.write(
            {
                "last_run": self.env.cr.now(),
                "last_message": self.env._(
                    "Products looked at: %(count)s, sent: %(sent)s.",
                    count=len(results),
                    sent=count,
                ),
            }
        )

    def _tell_overwritten(self, connector, product, text):
        product.message_post(
            body=Markup("<p>%s</p><pre>%s</pre>")
            % (
                self.env._(
                    "The summary of market feedback was replaced in %s, where somebody had"
                    " changed it:",
                    connector.name,
                ),
                text,
            )
        )


def _get_identity(request):
    """What says which summary over there is meant."""
    summary = request.get("summary") or {}
    return summary.get("key"), summary.get("product_id")
