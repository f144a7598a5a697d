"""A case: one patient's accession, pseudonymous."""

from __future__ import annotations

from django.db import models

from webapp.core.models import Record
from webapp.studies.models import Study


class Case(Record):
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40, help_text="The pseudonym, unique in its study.")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="The patient withdrew: no more is read.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "code"], name="cases_code_once_per_study")]
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class AccessionKey(Record):
    """The pseudonym key, apart from the case so that nothing that shows a case can show it by accident."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="+")
    accession = models.CharField(max_length=80)


class Order(Record):
    """A slide the laboratory stains for a case, by the barcode on its label."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    marker = models.CharField(max_length=24)
    barcode = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "barcode"], name="cases_barcode_once_per_study")]
        ordering = ["barcode"]
