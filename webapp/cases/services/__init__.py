"""Writes about cases: entering them, importing orders, and looking up whose one is."""

from webapp.cases.services.accessions import show_accession
from webapp.cases.services.orders import Imported, import_orders
from webapp.cases.services.registering import CODE, CODE_RULE, checked_code, create_case, next_code

__all__ = [
    "CODE",
    "CODE_RULE",
    "Imported",
    "checked_code",
    "create_case",
    "import_orders",
    "next_code",
    "show_accession",
]
