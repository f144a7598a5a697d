"""The fields of a comparison, as the schema describes them. Numbers are exact in the database; in JSON they are
numbers, and inputs are decimal text as entered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class AlgorithmSerializer(serializers.Serializer[Any]):
    """What one run of one algorithm found; its cells and overlays are at ``results/<run>``."""

    run = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.CharField()
    preset = serializers.CharField()
    scheme = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    scoreable = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    percentages = serializers.DictField(child=serializers.FloatField(), allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class ComparedAmendmentSerializer(serializers.Serializer[Any]):
    """A correction; ``counts`` is false for one that came too late to count."""

    number = serializers.IntegerField()
    counts = serializers.BooleanField()
    why = serializers.CharField()
    scoreable = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    inputs = serializers.DictField(child=serializers.CharField())
    value = serializers.FloatField(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    rule = serializers.CharField(allow_blank=True)
    comment = serializers.CharField(allow_blank=True)
    signed_at = serializers.DateTimeField()


class ComparedReadingSerializer(serializers.Serializer[Any]):
    """One reading. ``who`` is a letter of this specimen alone; ``name`` is for the study's administrators."""

    id = serializers.UUIDField()
    who = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    is_mine = serializers.BooleanField()
    purpose = serializers.CharField()
    series = serializers.IntegerField()
    stage = serializers.CharField()
    scoreable = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    inputs = serializers.DictField(child=serializers.CharField())
    value = serializers.FloatField(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    rule = serializers.CharField(allow_blank=True)
    comment = serializers.CharField(allow_blank=True)
    signed_at = serializers.DateTimeField()
    amendments = ComparedAmendmentSerializer(many=True)


class MeanSerializer(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    inputs = serializers.DictField(child=serializers.CharField())


class WeightsSerializer(serializers.Serializer[Any]):
    readers = serializers.FloatField(help_text="Of each reader.")
    algorithm = serializers.FloatField()


class WithAlgorithmSerializer(MeanSerializer):
    """The labelled average of readers and algorithm. It decides nothing: the consensus is the people's."""

    run = serializers.UUIDField()
    weights = WeightsSerializer()
    label = serializers.CharField()  # type: ignore[assignment]  # of the same name as an attribute of Field


class ConsensusSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    scoreable = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    inputs = serializers.DictField(child=serializers.CharField())
    rule = serializers.CharField()
    rule_version = serializers.CharField()
    made_at = serializers.DateTimeField(source="created_at")


class HistorySerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    what = serializers.ChoiceField(["signed", "revised", "amended", "consensus"])
    who = serializers.CharField(allow_blank=True, help_text="As among the readings; empty for the system.")


class ComparisonSerializer(serializers.Serializer[Any]):
    """Readers, algorithms and what they come to, of one specimen."""

    specimen = serializers.UUIDField()
    case = serializers.CharField()
    case_id = serializers.UUIDField()
    slide = serializers.UUIDField()
    slide_name = serializers.CharField()
    place = serializers.CharField(allow_null=True)
    marker = serializers.CharField()
    scheme = serializers.CharField()
    readings = ComparedReadingSerializer(many=True)
    algorithms = AlgorithmSerializer(many=True)
    mean = MeanSerializer(allow_null=True)
    difference = serializers.FloatField(allow_null=True)
    tolerance = serializers.FloatField(allow_null=True)
    discordant = serializers.BooleanField()
    with_algorithm = WithAlgorithmSerializer(allow_null=True)
    consensus = ConsensusSerializer(allow_null=True)
    history = HistorySerializer(many=True)
