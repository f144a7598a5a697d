from webapp.audit import services
from webapp.audit.models import Event


def test_an_event_is_numbered_dated_and_chained(alice, study):
    first = services.record(alice, "study.created", obj=study, study_id=study.id)
    second = services.record(None, "slide.ingested", obj=study, study_id=study.id, seconds=3)
    assert second == first + 1
    a, b = Event.objects.filter(seq__in=[first, second])
    assert (a.actor, a.actor_id, a.verb, a.object_kind, a.object_id) == (
        "alice",
        alice.pk,
        "study.created",
        "study",
        str(study.pk),
    )
    assert b.actor == "system"
    assert bytes(b.prev) == bytes(a.hash)
    assert services.verify() is None
