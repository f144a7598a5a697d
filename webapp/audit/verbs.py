"""Everything that can be said of what happened, with the sentence that tells it to a person."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

VERBS: Mapping[str, str] = MappingProxyType(
    {
        "user.created": "A person was registered.",
        "user.deactivated": "A person's account was closed.",
        "user.reactivated": "A person's account was opened again.",
        "user.renamed": "A person changed the name they are shown by.",
        "token.created": "A personal token was made.",
        "token.revoked": "A personal token was revoked.",
        "study.created": "A study was created.",
        "study.described": "A study's description was changed.",
        "protocol.versioned": "A new version of the study's protocol came into force.",
        "membership.granted": "A person was given a role in the study.",
        "membership.revoked": "A role in the study was taken from a person.",
        "case.created": "A case was created.",
        "slide.registered": "A slide was registered.",
        "slide.ingested": "A slide was read in and is ready.",
        "slide.refused": "A slide's file was refused.",
        "slide.changed": "A slide's particulars were changed.",
        "slide.retried": "A refused slide is to be read in again.",
        "slide.opened": "A person opened a slide.",
        "tma_map.applied": "A map of cores was applied to a slide.",
        "field_of_view.created": "A field of view was chosen.",
        "field_of_view.deleted": "A field of view was deleted.",
        "staining_batch.created": "A staining batch was created.",
        "run.requested": "A run of an algorithm was requested.",
        "run.claimed": "A worker began a run.",
        "run.finished": "A run finished with a result.",
        "run.failed": "A run failed.",
        "run.cancel_requested": "A person asked to cancel a run.",
        "run.cancelled": "A run ended as cancelled.",
        "run.requeued": "A run whose worker was lost was queued again.",
        "result.revealed": "A person was shown a result.",
        "result.exported": "A person exported a result.",
        "veil.drawn": "What others said of a specimen was hidden from a person.",
        "veil.lifted": "What others said of a specimen is no longer hidden from a person.",
        "exposure.recorded": "A person saw what others said of a specimen.",
        "signed_in": "A person signed in.",
        "signed_out": "A person signed out.",
        "sign_in_failed": "A sign-in failed.",
    }
)
