"""Pictures of products in Tryton: those of the module ``product_image``.

A variant shows its own pictures before those of its template that are of no variant, each
in the order of their sequence (``images_used``, trytond/modules/product_image/product.py).
The first one is taken. Tryton has made a JPEG of it, 2048 pixels wide or high unless its
server is configured otherwise; smaller ones it hands out over addresses that ask for no
login and need a code, so the picture is read as a record and made smaller here.
"""

import base64
import io

from PIL import Image

from odoo.addons.integration_hub.client import in_chunks

from .protocol import ANY_ACTIVE, READ_SIZE

MODULE = "product_image"
MODEL = "product.image"
ORDER = [["sequence", "ASC NULLS FIRST"], ["id", "ASC"]]
# pixels; what forms show
SIDE = 512
# bytes of pictures in one answer; a larger one comes alone
ANSWER_SIZE = 4_000_000


class PicturesMixin:
    """``catalog_images``, and fingerprints of the pictures for the other verbs."""

    def catalog_images(self, remote_ids):
        templates = {}
        for chunk in in_chunks([int(item) for item in remote_ids], READ_SIZE):
            domain = [["id", "in", chunk], ANY_ACTIVE]
            for row in self.search_read("product.product", domain, ["template"]):
                templates[row["id"]] = row["template"]
        chosen = self._choose_pictures(templates)
        pictures = self._read_pictures({row["id"] for row in chosen.values()})
        return {
            remote_id: pictures.get(chosen[int(remote_id)]["id"], "")
            if int(remote_id) in chosen
            else ""
            for remote_id in remote_ids
        }

    def get_picture_fingerprints(self, templates):
        """
        :param dict templates: ``{product id: id of its template}``
        :return: dict ``{product id: text}`` of those with a picture; another text when it is
            another picture, so that only new ones are fetched
        """
        return {
            product_id: f"{row['id']} {row['write_date'] or row['create_date']}"
            for product_id, row in self._choose_pictures(templates).items()
        }

    def _choose_pictures(self, templates):
        """:return: dict ``{product id: row of its picture}``"""
        if MODULE not in self.modules:
            return {}
        own, shared = {}, {}
        for chunk in in_chunks(sorted(set(templates.values())), READ_SIZE):
            for row in self.search_read(
                MODEL,
                [["template", "in", chunk]],
                ["template", "product", "create_date", "write_date"],
                order=ORDER,
            ):
                if row["product"]:
                    own.setdefault(row["product"], row)
                else:
                    shared.setdefault(row["template"], row)
        return {
            product_id: own.get(product_id) or shared[template_id]
            for product_id, template_id in templates.items()
            if product_id in own or template_id in shared
        }

    def _read_pictures(self, ids):
        """:return: dict ``{id: picture as base64}`` of those still there"""
        pictures = {}
        for chunk in self._make_chunks(ids):
            for row in self.search_read(MODEL, [["id", "in", chunk]], ["image"]):
                data = _make_small(row["image"])
                pictures[row["id"]] = base64.b64encode(data).decode()
        return pictures

    def _make_chunks(self, ids):
        """Yield lists of ids whose pictures come in one answer."""
        chunk, total = [], 0
        for few in in_chunks(sorted(ids), READ_SIZE):
            # the size in place of the picture
            # (trytond/model/fields/binary.py)
            sizes = self.search_read(
                MODEL,
                [["id", "in", few]],
                ["image"],
                context={f"{MODEL}.image": "size"},
            )
            for row in sizes:
                if chunk and total + row["image"] > ANSWER_SIZE:
                    yield chunk
                    chunk, total = [], 0
                chunk.append(row["id"])
                total += row["image"]
        if chunk:
            yield chunk


def _make_small(data):
    """:param bytes data: a picture; one that can't be read stays as it is"""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            kind = picture.format
            if max(picture.size) <= SIDE:
                return data
            picture.thumbnail((SIDE, SIDE))
            stream = io.BytesIO()
            picture.save(stream, kind)
            return stream.getvalue()
    except OSError:
        return data
