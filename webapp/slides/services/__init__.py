"""Writes about slides, each a verb; one module for each part of a slide's life."""

from webapp.slides.services.changes import change_slide, create_staining_batch, retry_slide
from webapp.slides.services.cores import GridPlace, copy_cores, proposal_of, save_cores, slide_with_map
from webapp.slides.services.dearraying import (
    DearrayClaim,
    claim_dearray,
    dearray_heartbeat,
    fail_dearray,
    finish_dearray,
    report_dearray_progress,
    request_dearray,
    requeue_lost_dearrays,
)
from webapp.slides.services.fields import FieldBox, create_field_of_view, delete_field_of_view
from webapp.slides.services.files import check_upload_size, clean_name, inbox_entries, incoming_folder, sweep_incoming
from webapp.slides.services.grids import Circle
from webapp.slides.services.ingestion import ingest_slide, requeue_lost_ingests
from webapp.slides.services.registration import (
    Particulars,
    may_register,
    register_slide_from_inbox,
    register_uploaded_slide,
)
from webapp.slides.services.tma_maps import apply_tma_map
from webapp.slides.services.viewing import end_access, open_for_reading, open_slide, renew_presentation
from webapp.studies.models import MARKERS

__all__ = [
    "MARKERS",
    "Circle",
    "DearrayClaim",
    "FieldBox",
    "GridPlace",
    "Particulars",
    "apply_tma_map",
    "change_slide",
    "check_upload_size",
    "claim_dearray",
    "clean_name",
    "copy_cores",
    "create_field_of_view",
    "create_staining_batch",
    "dearray_heartbeat",
    "delete_field_of_view",
    "end_access",
    "fail_dearray",
    "finish_dearray",
    "inbox_entries",
    "incoming_folder",
    "ingest_slide",
    "may_register",
    "open_for_reading",
    "open_slide",
    "proposal_of",
    "register_slide_from_inbox",
    "register_uploaded_slide",
    "renew_presentation",
    "report_dearray_progress",
    "request_dearray",
    "requeue_lost_dearrays",
    "requeue_lost_ingests",
    "retry_slide",
    "save_cores",
    "slide_with_map",
    "sweep_incoming",
]
