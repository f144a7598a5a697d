"""What a slide, its specimens and its fields of view look like in JSON; every field is named, none comes by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.cases.models import Case
from webapp.slides.models import FieldOfView, Presentation, Slide, Specimen, StainingBatch

#: Told only to those who work on the material: they may identify a patient, or a file across studies.
OF_THE_FILE = ("refusal", "original_name", "sha256")


class SpecimenCaseSerializer(serializers.ModelSerializer[Case]):
    class Meta:
        model = Case
        fields = ("id", "code")
        read_only_fields = fields


class SpecimenSerializer(serializers.ModelSerializer[Specimen]):
    """A specimen; the circle of a core in level-0 px of its slide."""

    case = SpecimenCaseSerializer(read_only=True)

    class Meta:
        model = Specimen
        fields = ("id", "kind", "case", "row", "column", "center_x_px", "center_y_px", "radius_px", "is_missing")
        read_only_fields = fields


class SlideSerializer(serializers.ModelSerializer[Slide]):
    """A slide. ``refusal``, ``original_name`` and ``sha256`` are absent for those who do not work on the material:
    the context names the studies in which the person works (``working_in``)."""

    specimens = SpecimenSerializer(many=True, read_only=True)
    um_per_px = serializers.FloatField(allow_null=True, read_only=True)
    objective_power = serializers.FloatField(allow_null=True, read_only=True)
    needs_um_per_px = serializers.SerializerMethodField()
    has_thumbnail = serializers.SerializerMethodField()
    refusal = serializers.CharField(required=False, read_only=True, help_text="Technicians and administrators only.")
    original_name = serializers.CharField(required=False, read_only=True, help_text="As refusal.")
    sha256 = serializers.CharField(required=False, read_only=True, help_text="As refusal.")

    class Meta:
        model = Slide
        fields = (
            "id", "study", "name", "marker", "state", "version", "refusal", "original_name", "width_px", "height_px",
            "um_per_px", "um_per_px_source", "needs_um_per_px", "objective_power", "format", "staining_batch", "sha256",
            "specimens", "has_thumbnail", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_needs_um_per_px(self, slide: Slide) -> bool:
        return slide.state == Slide.State.READY and slide.um_per_px is None

    def get_has_thumbnail(self, slide: Slide) -> bool:
        return slide.state == Slide.State.READY

    def to_representation(self, instance: Slide) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if instance.study_id not in self.context["working_in"]:
            for name in OF_THE_FILE:
                shown.pop(name)
        return shown


class FieldOfViewSerializer(serializers.ModelSerializer[FieldOfView]):
    """A rectangle in level-0 px of its slide."""

    class Meta:
        model = FieldOfView
        fields = ("id", "name", "purpose", "x_px", "y_px", "width_px", "height_px", "staining_batch")
        read_only_fields = fields


class StainingBatchSerializer(serializers.ModelSerializer[StainingBatch]):
    class Meta:
        model = StainingBatch
        fields = ("id", "name", "marker", "antibody_clone", "platform", "protocol", "run_date")
        read_only_fields = fields


class LevelSerializer(serializers.Serializer[Any]):
    """A stored level; level 0 is the full size."""

    width_px = serializers.IntegerField()
    height_px = serializers.IntegerField()
    tile_width_px = serializers.IntegerField()
    tile_height_px = serializers.IntegerField()


class PresentedSlideSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    marker = serializers.CharField()
    case_codes = serializers.ListField(child=serializers.CharField())


class ReadingPresentationSerializer(serializers.ModelSerializer[Presentation]):
    """What the viewer needs to show a slide, and nothing by which the slide or its cases could be known again."""

    marker = serializers.CharField(source="slide.marker", read_only=True)
    width_px = serializers.IntegerField(source="slide.width_px", read_only=True)
    height_px = serializers.IntegerField(source="slide.height_px", read_only=True)
    um_per_px = serializers.FloatField(source="slide.um_per_px", allow_null=True, read_only=True)
    um_per_px_source = serializers.ChoiceField(
        Slide.UmPerPxSource.choices, source="slide.um_per_px_source", read_only=True
    )
    objective_power = serializers.FloatField(source="slide.objective_power", allow_null=True, read_only=True)
    levels = LevelSerializer(source="slide.levels", many=True, read_only=True)
    tile_url = serializers.SerializerMethodField(help_text="Template with {id}, {level}, {column} and {row}.")

    class Meta:
        model = Presentation
        fields: tuple[str, ...] = (
            "id", "marker", "width_px", "height_px", "um_per_px", "um_per_px_source", "objective_power",
            "rotation_deg", "flipped", "levels", "tile_url",
        )  # fmt: skip
        read_only_fields = fields

    def get_tile_url(self, _presentation: Presentation) -> str:
        return "/tiles/{id}/{level}/{column}/{row}"


class PresentationSerializer(ReadingPresentationSerializer):
    """What the viewer needs to show a slide, and which it is."""

    slide = serializers.SerializerMethodField()
    specimens = SpecimenSerializer(source="slide.specimens", many=True, read_only=True)
    fields_of_view = FieldOfViewSerializer(source="slide.fields_of_view", many=True, read_only=True)

    class Meta:
        model = Presentation
        fields = (
            "id", "slide", "width_px", "height_px", "um_per_px", "um_per_px_source", "objective_power", "rotation_deg",
            "flipped", "levels", "tile_url", "specimens", "fields_of_view",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(PresentedSlideSerializer)
    def get_slide(self, presentation: Presentation) -> dict[str, Any]:
        slide = presentation.slide
        codes = sorted({specimen.case.code for specimen in slide.specimens.all()})
        return {"id": str(slide.pk), "name": slide.name, "marker": slide.marker, "case_codes": codes}
