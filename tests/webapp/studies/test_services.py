from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests import factories
from webapp.audit.models import Event
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.studies import services
from webapp.studies.models import Membership, Protocol, Role, Study
from webapp.studies.signals import access_changed

pytestmark = pytest.mark.django_db


def test_a_study_begins_with_a_protocol(root: Any) -> None:
    study = services.create_study(root, name=" p53 ", protocol={"readers_per_specimen": 3, "mode": "concurrent"})
    protocol = study.protocols.get()
    assert (study.name, protocol.version, protocol.readers_per_specimen, protocol.mode) == ("p53", 1, 3, "concurrent")
    assert list(Event.objects.values_list("verb", "study_id")) == [("study.created", study.pk)]


@pytest.mark.parametrize(
    ("protocol", "field"),
    [
        ({"readers_per_specimen": 6}, "readers_per_specimen"),
        ({"readers_per_specimen": -1}, "readers_per_specimen"),
        ({"readers_per_specimen": True}, "readers_per_specimen"),
        ({"mode": "open"}, "mode"),
        ({"reveal_to_readers": "now"}, "reveal_to_readers"),
        ({"frozen_at": None}, "frozen_at"),
        ({"marker_schemes": {"ER": "ki-67"}}, "marker_schemes"),
        ({"marker_schemes": {"H&E": "h-score"}}, "marker_schemes"),
        ({"marker_schemes": ["ER"]}, "marker_schemes"),
        ({"marker_schemes": {"ER": None}}, "marker_schemes"),
        ({"tolerances": {"her2-ihc": "1"}}, "tolerances"),  # categories have no number
        ({"tolerances": {"h-score": 40}}, "tolerances"),
        ({"tolerances": {"h-score": "-1"}}, "tolerances"),
        ({"tolerances": {"h-score": "1e2"}}, "tolerances"),
        ({"tolerances": {"h-score": "NaN"}}, "tolerances"),
        ({"tolerances": {"h-score": "50,5"}}, "tolerances"),
        ({"algorithms": ["nnp"]}, "algorithms"),
        ({"algorithms": ["unheard-of@1"]}, "algorithms"),
        ({"algorithms": ["nnp@1", "nnp@1"]}, "algorithms"),
        ({"algorithms": "nnp@1"}, "algorithms"),
        ({"readings_shown_to_adjudicator": "yes"}, "readings_shown_to_adjudicator"),
        ({"algorithm_weight": "-0.5"}, "algorithm_weight"),
        ({"algorithm_weight": float("nan")}, "algorithm_weight"),
        ({"design": "random"}, "design"),
        ({"workload_cap": 0}, "workload_cap"),
        ({"reading_days": 0}, "reading_days"),
        ({"qa_share": "1.001"}, "qa_share"),
        ({"qa_share": "0.0005"}, "qa_share"),
        ({"qa_share": True}, "qa_share"),
        ({"re_read_series": 6, "reveal_to_readers": "never"}, "re_read_series"),
        ({"re_read_series": 1}, "reveal_to_readers"),  # who has seen the others reads no more
        ({"re_reads_turned": 1}, "re_reads_turned"),
        ({"washout_days": -1}, "washout_days"),
        ({"qualification_share": "2"}, "qualification_share"),
        ({"core_rule": "median"}, "core_rule"),
    ],
)
def test_a_bad_protocol_makes_no_study(root: Any, protocol: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused, transaction.atomic():
        services.create_study(root, name="p53", protocol=protocol)
    assert set(refused.value.fields) == {field}
    assert Study.objects.count() == 0


def test_a_new_version_leaves_the_earlier_ones_alone(study: Study, dora: Any, alice: Any) -> None:
    study.protocols.update(frozen_at=timezone.now())
    second = services.new_protocol_version(dora, study, readers_per_specimen=0)
    assert (second.version, second.readers_per_specimen, second.frozen_at) == (2, 0, None)
    assert second.marker_schemes == {"ER": "h-score"}  # kept from version 1
    first = study.protocols.get(version=1)
    assert (first.readers_per_specimen, first.frozen_at is None) == (2, False)
    with pytest.raises(NotAllowed):
        services.new_protocol_version(alice, study, readers_per_specimen=0)


def test_the_database_refuses_to_change_a_frozen_protocol(study: Study) -> None:
    Protocol.objects.filter(study=study).update(frozen_at=timezone.now())
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Protocol.objects.filter(study=study).update(readers_per_specimen=0)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Protocol.objects.filter(study=study).delete()
    assert study.protocols.get().readers_per_specimen == 2


def test_roles_are_given_once_and_taken(
    study: Study, dora: Any, bob: Any, django_capture_on_commit_callbacks: Any
) -> None:
    heard = []

    def hear(*, user_id: Any, study_id: Any, **_: Any) -> None:
        heard.append((user_id, study_id))

    access_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            given = services.grant_membership(dora, study, bob, Role.ADJUDICATOR)
            assert services.grant_membership(dora, study, bob, Role.ADJUDICATOR) == given
            services.revoke_membership(dora, given.pk)
    finally:
        access_changed.disconnect(hear)
    assert heard == [(bob.pk, study.pk)] * 2
    assert list(Event.objects.values_list("verb", flat=True)) == ["membership.granted", "membership.revoked"]
    assert Event.objects.last().details == {"person": str(bob.pk), "username": "bob", "role": "adjudicator"}
    assert not Membership.objects.filter(pk=given.pk).exists()


def test_only_administrators_give_roles_and_root_only_the_first(
    study: Study, other_study: Study, alice: Any, bob: Any, root: Any, carol: Any
) -> None:
    for actor in (alice, carol):
        with pytest.raises(NotAllowed):
            services.grant_membership(actor, study, bob, Role.TECHNICIAN)
    with pytest.raises(NotAllowed):
        services.grant_membership(root, study, bob, Role.TECHNICIAN)
    services.grant_membership(root, study, bob, Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        services.grant_membership(root, study, alice, Role.ADMINISTRATOR)


def test_a_closed_account_is_given_no_role(study: Study, dora: Any, bob: Any) -> None:
    bob.is_active = False
    bob.save()
    with pytest.raises(Conflict):
        services.grant_membership(dora, study, bob, Role.ADJUDICATOR)


def test_the_last_administrator_stays(study: Study, dora: Any) -> None:
    own = Membership.objects.get(user=dora, role=Role.ADMINISTRATOR)
    with pytest.raises(Conflict, match="last administrator"):
        services.revoke_membership(dora, own.pk)
    factories.MembershipFactory(study=study, role=Role.ADMINISTRATOR)
    services.revoke_membership(dora, own.pk)
    assert not Membership.objects.filter(pk=own.pk).exists()


def test_a_membership_of_another_study_does_not_exist_here(study: Study, dora: Any, carol: Any) -> None:
    theirs = Membership.objects.filter(user=carol).first()
    assert theirs is not None
    with pytest.raises(NotVisible):
        services.revoke_membership(dora, theirs.pk)
    assert Membership.objects.filter(pk=theirs.pk).exists()


def test_a_description_is_changed_by_administrators_and_only_where_it_differs(
    study: Study, dora: Any, tina: Any
) -> None:
    services.describe_study(dora, study, "ER in breast cancer.")
    services.describe_study(dora, study, "ER in breast cancer.")
    study.refresh_from_db()
    assert study.description == "ER in breast cancer."
    assert Event.objects.filter(verb="study.described").count() == 1
    with pytest.raises(NotAllowed):
        services.describe_study(tina, study, "Mine.")
    with pytest.raises(Invalid):
        services.describe_study(dora, study, "x" * 4001)


def test_every_field_that_is_wrong_is_named_at_once(root: Any) -> None:
    with pytest.raises(Invalid) as refused:
        services.create_study(root, name="p53", protocol={"mode": "open", "qa_share": "2", "colour": "red"})
    assert set(refused.value.fields) == {"mode", "qa_share", "colour"}


def test_a_protocol_of_every_field_is_taken_as_it_was_given(study: Study, dora: Any) -> None:
    given = {
        "readers_per_specimen": 3, "mode": "sequential", "reveal_to_readers": "after_re_reads",
        "marker_schemes": {"ER": "allred", "HER2": "her2-ihc", "Ki-67": "ki-67"}, "algorithms": ["nnp@1"],
        "tolerances": {"allred": "2", "ki-67": "7.5"}, "readings_shown_to_adjudicator": True,
        "algorithm_weight": Decimal("0.5"), "design": "crossed", "workload_cap": 60, "reading_days": 21,
        "qa_share": Decimal("0.1"), "re_read_series": 1, "re_reads_turned": True, "washout_days": 28,
        "qualification_share": Decimal("0.8"), "core_rule": "any_positive",
    }  # fmt: skip
    made = services.new_protocol_version(dora, study, **given)
    stored = Protocol.objects.get(pk=made.pk)
    assert {name: getattr(stored, name) for name in given} == given
    assert set(given) == services.PROTOCOL_FIELDS


def test_a_closed_study_opens_again_a_locked_one_never(study: Study, dora: Any, alice: Any) -> None:
    with pytest.raises(NotAllowed):
        services.close_study(alice, study.pk)
    closed = services.close_study(dora, study.pk)
    assert services.close_study(dora, study.pk).closed_at == closed.closed_at
    assert services.reopen_study(dora, study.pk).closed_at is None
    assert list(Event.objects.values_list("verb", flat=True)) == ["study.closed", "study.reopened"]
    Study.objects.filter(pk=study.pk).update(closed_at=timezone.now(), locked_at=timezone.now())
    with pytest.raises(Conflict) as refused:
        services.reopen_study(dora, study.pk)
    assert refused.value.code == "study_locked"
    with pytest.raises(Conflict):
        services.new_protocol_version(dora, study, readers_per_specimen=1)
