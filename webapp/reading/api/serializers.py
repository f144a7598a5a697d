"""What a person is told of their own assignments and readings; every field is named, none comes by itself. No slide's
id, name or case is among them, nothing of other readers, and not whether an amendment counts: that would tell whether
the others have finished."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scoring.schemes import SCHEMES
from webapp.reading.models import Amendment, Assignment, Purpose, Reading, Round, SlideRequest
from webapp.reading.scores import HER2_BY_CATEGORY, REASONS
from webapp.slides.api.serializers import ReadingPresentationSerializer
from webapp.studies.models import Study

#: How the worklist speaks of an assignment, in its order.
TO_READ, DRAFT, DEFERRED, SIGNED = LIST_STATES = ("to_read", "draft", "deferred", "signed")


def state_of(assignment: Assignment) -> str:
    """The assignment's state as its reader sees it."""
    if assignment.state == Assignment.State.WAITING:
        return DRAFT if assignment.draft else TO_READ
    return DEFERRED if assignment.state == Assignment.State.DEFERRED else SIGNED


def presentation_group(session_id: UUID, slide_id: UUID) -> UUID:
    """The same for all specimens of one slide in one session, and telling nothing of the slide beyond that."""
    digest = salted_hmac("webapp.reading.presentation-group", f"{session_id}/{slide_id}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


class StudyNameSerializer(serializers.ModelSerializer[Study]):
    class Meta:
        model = Study
        fields = ("id", "name")
        read_only_fields = fields


class WorklistItemSerializer(serializers.ModelSerializer[Assignment]):
    """One specimen on a person's worklist, under its alias."""

    marker = serializers.CharField(source="specimen.slide.marker", read_only=True)
    study = StudyNameSerializer(source="session.study", read_only=True)
    series = serializers.IntegerField(source="session.series", read_only=True)
    due_at = serializers.DateTimeField(source="session.due_at", read_only=True, allow_null=True)
    state = serializers.SerializerMethodField()
    has_draft = serializers.SerializerMethodField()
    is_core = serializers.SerializerMethodField()
    presentation_group = serializers.SerializerMethodField(
        help_text="Equal for the specimens of one slide in one session."
    )

    class Meta:
        model = Assignment
        fields: tuple[str, ...] = (
            "id", "alias", "purpose", "marker", "scheme", "study", "session", "series", "state", "has_draft",
            "is_core", "due_at", "position", "presentation_group",
        )  # fmt: skip
        read_only_fields = fields
        extra_kwargs = {"position": {"help_text": "In the session, counted from 0."}}

    @extend_schema_field(serializers.ChoiceField(LIST_STATES))
    def get_state(self, assignment: Assignment) -> str:
        return state_of(assignment)

    def get_has_draft(self, assignment: Assignment) -> bool:
        return bool(assignment.draft)

    def get_is_core(self, assignment: Assignment) -> bool:
        return assignment.specimen.kind == assignment.specimen.Kind.CORE

    def get_presentation_group(self, assignment: Assignment) -> UUID:
        return presentation_group(assignment.session_id, assignment.specimen.slide_id)


class StandingSerializer(serializers.Serializer[Any]):
    """How far a reader has come with the qualification set. ``agreed`` is null until the last answer of it is in."""

    needed = serializers.IntegerField()
    done = serializers.IntegerField()
    passed = serializers.BooleanField()
    agreed = serializers.IntegerField(allow_null=True)


class CountsSerializer(serializers.Serializer[Any]):
    """How much there is to do, of the person's own work."""

    to_read = serializers.IntegerField()
    drafts = serializers.IntegerField()
    deferred = serializers.IntegerField()
    signed = serializers.IntegerField()
    overdue = serializers.IntegerField(help_text="Not signed, and their session's deadline is past.")
    adjudication = serializers.IntegerField(help_text="Discordant specimens one may take up.")
    qa = serializers.IntegerField(help_text="QA second reads among those not signed.")
    qualification = StandingSerializer(allow_null=True, help_text="Null where no qualification is asked for.")


class AmendmentSerializer(serializers.ModelSerializer[Amendment]):
    signed_at = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta:
        model = Amendment
        fields = (
            "id", "number", "why", "scoreable", "reason", "inputs", "value", "category", "rule", "flags", "comment",
            "signer", "signed_at", "meaning",
        )  # fmt: skip
        read_only_fields = fields


class ReadingSerializer(serializers.ModelSerializer[Reading]):
    """One's own signed reading."""

    signed_at = serializers.DateTimeField(source="created_at", read_only=True)
    amendments = AmendmentSerializer(many=True, read_only=True)

    class Meta:
        model = Reading
        fields = (
            "id", "assignment", "stage", "scheme", "scheme_version", "scoreable", "reason", "inputs", "value",
            "category", "rule", "flags", "comment", "details", "signer", "signed_at", "meaning", "amendments",
        )  # fmt: skip
        read_only_fields = fields


class SchemeDefinitionSerializer(serializers.Serializer[Any]):
    """A scoring scheme as data."""

    key = serializers.CharField()
    version = serializers.CharField()
    name = serializers.CharField()
    markers = serializers.ListField(child=serializers.CharField())
    inputs = serializers.DictField(child=serializers.CharField())
    value_range = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    unit = serializers.CharField()
    categories = serializers.ListField(child=serializers.CharField())
    rules = serializers.DictField(child=serializers.CharField())
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not DRF's attribute


class AssignmentSerializer(WorklistItemSerializer):
    """One specimen to read: the form as it was left, and what the form needs to know.

    The context gives ``reading`` (the person's own, or None), ``of``, ``may_revise`` and ``needs_password``."""

    of = serializers.SerializerMethodField(help_text="How many specimens the session holds.")
    draft = serializers.DictField(read_only=True)
    reading = serializers.SerializerMethodField()
    mode = serializers.CharField(source="session.protocol.mode", read_only=True)
    may_revise = serializers.SerializerMethodField()
    scheme_definition = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField(help_text="Why it may not be scoreable: key and words.")
    her2_sentences = serializers.SerializerMethodField(
        help_text="HER2: the scheme's rules (keys of scheme_definition.rules) that give each category."
    )
    needs_password = serializers.SerializerMethodField(help_text="Whether the next signature asks for it.")

    class Meta(WorklistItemSerializer.Meta):
        fields = (
            *WorklistItemSerializer.Meta.fields, "of", "draft", "version", "saved_at", "reading", "mode",
            "may_revise", "scheme_definition", "reasons", "her2_sentences", "needs_password",
        )  # fmt: skip
        read_only_fields = fields

    def get_of(self, _assignment: Assignment) -> int:
        return int(self.context["of"])

    @extend_schema_field(ReadingSerializer(allow_null=True))
    def get_reading(self, _assignment: Assignment) -> Any:
        reading = self.context["reading"]
        return None if reading is None else ReadingSerializer(reading).data

    def get_may_revise(self, _assignment: Assignment) -> bool:
        return bool(self.context["may_revise"])

    @extend_schema_field(SchemeDefinitionSerializer)
    def get_scheme_definition(self, assignment: Assignment) -> dict[str, Any]:
        return SCHEMES[assignment.scheme].as_json()

    def get_reasons(self, _assignment: Assignment) -> dict[str, str]:
        return dict(REASONS)

    def get_her2_sentences(self, assignment: Assignment) -> dict[str, list[str]] | None:
        if assignment.scheme != "her2-ihc":
            return None
        return {category: list(keys) for category, keys in HER2_BY_CATEGORY.items()}

    def get_needs_password(self, _assignment: Assignment) -> bool:
        return bool(self.context["needs_password"])


class PlaceSerializer(serializers.Serializer[Any]):
    """The circle to read, in level-0 px of the slide."""

    x_px = serializers.FloatField()
    y_px = serializers.FloatField()
    radius_px = serializers.FloatField()


class OpenedSerializer(serializers.Serializer[Any]):
    """A specimen opened to be read; turned as given, whatever the slide's own orientation."""

    presentation = ReadingPresentationSerializer()
    place = PlaceSerializer(allow_null=True, help_text="null: the whole section.")
    rotation_deg = serializers.IntegerField()
    flipped = serializers.BooleanField()


class DraftSerializer(serializers.Serializer[Any]):
    draft = serializers.DictField(help_text="The form as it stands; nothing in it is checked yet.")


class SavedSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    saved_at = serializers.DateTimeField()


class WaitingRoundSerializer(serializers.ModelSerializer[Round]):
    """A discordant specimen that the person may take up."""

    round = serializers.UUIDField(source="id", read_only=True)
    marker = serializers.CharField(source="specimen.slide.marker", read_only=True)
    study = StudyNameSerializer(source="specimen.slide.study", read_only=True)
    is_core = serializers.SerializerMethodField()

    class Meta:
        model = Round
        fields = ("round", "marker", "scheme", "study", "is_core")
        read_only_fields = fields

    def get_is_core(self, round_: Round) -> bool:
        return round_.specimen.kind == round_.specimen.Kind.CORE


class NewSlideRequestSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(SlideRequest.Kind.choices)
    note = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)


class SettleSerializer(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=400)


class RequestedPlaceSerializer(serializers.Serializer[Any]):
    """Where the specimen is, for those who work on the material."""

    slide = serializers.UUIDField()
    slide_name = serializers.CharField()
    case_code = serializers.CharField()
    row = serializers.IntegerField(allow_null=True)
    column = serializers.IntegerField(allow_null=True)


class SlideRequestSerializer(serializers.ModelSerializer[SlideRequest]):
    """A request for another image or cut. The reader who asked finds their assignment in it and not the slide; others
    find the slide and not the reader. The context's ``user`` says whose eyes these are."""

    study = StudyNameSerializer(source="specimen.slide.study", read_only=True)
    marker = serializers.CharField(source="specimen.slide.marker", read_only=True)
    assignment = serializers.SerializerMethodField()
    alias = serializers.SerializerMethodField()
    place = serializers.SerializerMethodField()

    class Meta:
        model = SlideRequest
        fields = (
            "id", "study", "marker", "kind", "note", "created_at", "settled_at", "answer", "assignment", "alias",
            "place",
        )  # fmt: skip
        read_only_fields = fields

    def _is_own(self, request: SlideRequest) -> bool:
        return bool(request.assignment.reader_id == self.context["user"].pk)

    def get_assignment(self, request: SlideRequest) -> UUID | None:
        return request.assignment_id if self._is_own(request) else None

    def get_alias(self, request: SlideRequest) -> str | None:
        return request.assignment.alias if self._is_own(request) else None

    @extend_schema_field(RequestedPlaceSerializer(allow_null=True))
    def get_place(self, request: SlideRequest) -> dict[str, Any] | None:
        if self._is_own(request):
            return None
        specimen = request.specimen
        return {
            "slide": str(specimen.slide_id), "slide_name": specimen.slide.name, "case_code": specimen.case.code,
            "row": specimen.row, "column": specimen.column,
        }  # fmt: skip


PURPOSES = tuple(Purpose.values)
