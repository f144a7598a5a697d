"""What the agreement of a study looks like on the wire, for the schema and the front end's types."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class StatisticSerializer(serializers.Serializer[Any]):
    """One figure. Where value or interval is null, ``undefined`` says why."""

    value = serializers.FloatField(allow_null=True)
    ci95 = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    n = serializers.IntegerField()
    undefined = serializers.CharField(required=False)
    p = serializers.FloatField(required=False)


class RateSerializer(StatisticSerializer):
    """A share, or a mean, beside its control limits."""

    limits = serializers.ListField(child=serializers.FloatField(), required=False)
    is_out = serializers.BooleanField(required=False)


class LimitsSerializer(serializers.Serializer[Any]):
    """Bland and Altman's bias and 95 % limits of agreement."""

    bias = StatisticSerializer()
    lower = StatisticSerializer()
    upper = StatisticSerializer()


class SlopingSerializer(serializers.Serializer[Any]):
    """Limits that change with the size, at the smallest and the largest mean."""

    mean = serializers.ListField(child=serializers.FloatField())
    bias = serializers.ListField(child=serializers.FloatField())
    lower = serializers.ListField(child=serializers.FloatField())
    upper = serializers.ListField(child=serializers.FloatField())


class ConfusionSerializer(serializers.Serializer[Any]):
    """``counts``: the first one's categories down, the second one's across."""

    first = serializers.CharField()
    second = serializers.CharField()
    categories = serializers.ListField(child=serializers.CharField())
    counts = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class GroupSerializer(serializers.Serializer[Any]):
    group = serializers.CharField()
    mae = StatisticSerializer()


class BlockSerializer(serializers.Serializer[Any]):
    """Two series beside each other. ``points``: place in ``specimens``, first value, second value."""

    first = serializers.CharField()
    second = serializers.CharField()
    n = serializers.IntegerField()
    n_specimens = serializers.IntegerField(required=False)
    statistics = serializers.DictField(child=StatisticSerializer())
    points = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()), required=False)
    bland_altman = LimitsSerializer(required=False)
    sloping = SlopingSerializer(required=False, allow_null=True)
    groups = GroupSerializer(many=True, required=False)
    confusion = ConfusionSerializer(required=False)
    specific_agreement = serializers.DictField(child=StatisticSerializer(), required=False)


class AlgorithmBlockSerializer(BlockSerializer):
    key = serializers.CharField()
    algorithm = serializers.CharField()
    version = serializers.CharField()
    preset = serializers.CharField()


class PairSerializer(serializers.Serializer[Any]):
    readers = serializers.ListField(child=serializers.CharField())
    first = serializers.CharField()
    second = serializers.CharField()
    n = serializers.IntegerField()
    mae = StatisticSerializer(required=False)
    sd = StatisticSerializer(required=False)
    bias = StatisticSerializer(required=False)
    pearson = StatisticSerializer(required=False)
    ccc = StatisticSerializer(required=False)
    icc2 = StatisticSerializer(required=False)
    kappa = StatisticSerializer(required=False)
    kappa_linear = StatisticSerializer(required=False)
    kappa_quadratic = StatisticSerializer(required=False)


class AlgorithmErrorSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    mae = StatisticSerializer()


class MarkerErrorSerializer(serializers.Serializer[Any]):
    marker = serializers.CharField()
    scheme = serializers.CharField()
    human = StatisticSerializer()
    algorithms = AlgorithmErrorSerializer(many=True)


class ReaderFiguresSerializer(serializers.Serializer[Any]):
    reader = serializers.CharField()
    name = serializers.CharField()
    n = serializers.IntegerField()
    not_scoreable = serializers.IntegerField()
    positive = RateSerializer(allow_null=True)
    median_seconds = serializers.FloatField(allow_null=True)
    n_timed = serializers.IntegerField()
    bias = StatisticSerializer()


class MonthSerializer(serializers.Serializer[Any]):
    reader = serializers.CharField()
    name = serializers.CharField()
    month = serializers.CharField()
    bias = RateSerializer()
    positive = RateSerializer(allow_null=True)


class IntraSerializer(serializers.Serializer[Any]):
    """A reader's first series beside the next one."""

    reader = serializers.CharField()
    name = serializers.CharField()
    n = serializers.IntegerField()
    mae = StatisticSerializer(required=False)
    sd = StatisticSerializer(required=False)
    icc2 = StatisticSerializer(required=False)
    kappa = StatisticSerializer(required=False)
    kappa_quadratic = StatisticSerializer(required=False)
    bland_altman = LimitsSerializer(required=False)


class AidedSerializer(serializers.Serializer[Any]):
    reader = serializers.CharField()
    name = serializers.CharField()
    n = serializers.IntegerField()
    changed = RateSerializer()
    flipped = RateSerializer()


class StudyStandingSerializer(serializers.Serializer[Any]):
    readers = ReaderFiguresSerializer(many=True)
    positive = serializers.ListField(child=serializers.CharField())
    months = MonthSerializer(many=True)
    intra = IntraSerializer(many=True)
    aided = AidedSerializer(many=True)
    qa = serializers.DictField(child=serializers.IntegerField())


class VersionPairSerializer(serializers.Serializer[Any]):
    """Two versions on the same specimens. ``more_error``: the first one's absolute error minus the second one's."""

    first = serializers.CharField()
    second = serializers.CharField()
    n = serializers.IntegerField()
    mae_first = StatisticSerializer()
    mae_second = StatisticSerializer()
    more_error = StatisticSerializer()
    bias = StatisticSerializer()
    icc2 = StatisticSerializer()


class VersionMonthSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    month = serializers.CharField()
    n = serializers.IntegerField()
    mae = StatisticSerializer()
    bias = StatisticSerializer()


class VersionsSerializer(serializers.Serializer[Any]):
    pairs = VersionPairSerializer(many=True)
    months = VersionMonthSerializer(many=True)


class ComparedPersonSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()


class ComparedSpecimenSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class MarkerSchemeSerializer(serializers.Serializer[Any]):
    marker = serializers.CharField()
    scheme = serializers.CharField()


class AgreementSerializer(serializers.Serializer[Any]):
    """Agreement over the specimens that the person has looked at, of one marker; ``unseen`` are over and not looked
    at. ``specimens`` are those that are drawn: all, or some hundred picked at random."""

    marker = serializers.CharField(allow_blank=True)
    scheme = serializers.CharField(allow_blank=True)
    pair = serializers.ListField(child=serializers.CharField())
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    unseen = serializers.IntegerField()
    with_names = serializers.BooleanField()
    markers = MarkerSchemeSerializer(many=True)
    people = ComparedPersonSerializer(many=True)
    specimens = ComparedSpecimenSerializer(many=True)
    n_specimens = serializers.IntegerField()
    n_cases = serializers.IntegerField()
    n_readings = serializers.IntegerField()
    categories = serializers.ListField(child=serializers.CharField())
    human = BlockSerializer()
    algorithms = AlgorithmBlockSerializer(many=True)
    pairs = PairSerializer(many=True)
    by_marker = MarkerErrorSerializer(many=True)
    versions = VersionsSerializer()
    standing = StudyStandingSerializer()
