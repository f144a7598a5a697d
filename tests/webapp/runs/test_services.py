from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.db import connections
from django.utils import timezone

from scoring.cards import CARDS, DEFAULT_METHOD
from tests import factories
from tests.results import draw_cells, draw_layers, write_cells, write_layers
from webapp.audit.models import Event
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.runs import services, storage
from webapp.runs.models import Result, Run
from webapp.runs.services import Claim, Outcome, RunRequest
from webapp.runs.services.requests import QUEUE
from webapp.slides.models import Specimen
from webapp.studies.models import Role, Study

NNP = RunRequest("nnp")


@pytest.fixture
def specimen(study: Study) -> Specimen:
    return factories.SpecimenFactory(slide__study=study)


@pytest.fixture
def queue(settings: Any) -> Iterator[Any]:
    """The real broker's queue of runs, empty before and after; calling it counts the messages."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.delete(QUEUE)
        yield lambda: broker.llen(QUEUE)
        broker.delete(QUEUE)


def ask(user: Any, specimen: Specimen, asked: RunRequest = NNP, key: str = "", field: Any = None) -> Run:
    return services.request_run(
        user, specimen_id=specimen.pk, field_of_view_id=field and field.pk, asked=asked, idempotency_key=key
    )[0]


def claimed(run: Run) -> Claim:
    claim = services.claim_run(run.pk, owner="test")
    assert claim is not None
    return claim


def outcome(claim: Claim, cells: int = 20) -> tuple[Outcome, Any]:
    path = storage.unfinished_path(claim.run_id, claim.attempt)
    sha256 = write_cells(path, draw_cells(cells, width_px=512, height_px=512), columns=2, rows=2, tile_px=256)
    found = Outcome(
        scheme="h-score", value=Decimal("120.5"), category="positive", scoreable=True, reason="",
        counts={"negative": cells, "weak": 0, "moderate": 0, "strong": 0}, percentages=None, cell_count=cells,
        cells_sha256=sha256, provenance={}, seconds=1.0,
    )  # fmt: skip
    return found, lambda: storage.publish(path, sha256)


def lose(run: Run) -> None:
    """As if the worker had said nothing for the length of its lease."""
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
class TestRequest:
    def test_a_run_is_queued_with_everything_resolved(self, tina: Any, specimen: Specimen) -> None:
        run = ask(tina, specimen)
        assert (run.state, run.algorithm, run.algorithm_version, run.preset) == (
            "queued", "nnp", CARDS["nnp"].version, "default",
        )  # fmt: skip
        assert run.parameters["marker"] == "ER"
        assert run.parameters["class_rule"] == "duoscope-1"
        event = Event.objects.get(verb="run.requested")
        assert (event.object_id, event.specimen_id) == (str(run.pk), specimen.pk)

    def test_the_same_key_is_the_same_run_and_another_body_is_refused(self, tina: Any, specimen: Specimen) -> None:
        run = ask(tina, specimen, key="once")
        assert ask(tina, specimen, key="once") == run
        with pytest.raises(Conflict) as refused:
            ask(tina, specimen, RunRequest("nap"), key="once")
        assert refused.value.code == "idempotency_key_reused"
        assert Run.objects.count() == 1

    def test_without_a_name_the_default_algorithm_runs(self, tina: Any, specimen: Specimen) -> None:
        assert ask(tina, specimen, RunRequest()).algorithm == DEFAULT_METHOD
        assert CARDS[DEFAULT_METHOD].installed

    def test_an_algorithm_without_its_weights_is_refused_with_the_way_out(
        self, tina: Any, specimen: Specimen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bare = {**CARDS, "ram-cnn": replace(CARDS["ram-cnn"], installed=False)}
        monkeypatch.setattr("webapp.runs.services.requests.CARDS", bare)
        with pytest.raises(Invalid, match="python -m scoring train ram-cnn") as refused:
            ask(tina, specimen, RunRequest("ram-cnn"))
        assert refused.value.code == "weights_not_installed"

    def test_a_study_keeps_the_version_that_its_protocol_names(
        self, tina: Any, study: Study, specimen: Specimen
    ) -> None:
        study.protocols.update(algorithms=["nnp@0.9"])
        with pytest.raises(Conflict, match=r"locked to .* version 0\.9;") as refused:
            ask(tina, specimen)
        assert refused.value.code == "version_locked"
        with pytest.raises(Conflict):
            services.request_batch(tina, specimen_ids=[specimen.pk], asked=NNP)
        assert ask(tina, specimen, RunRequest("nap")).algorithm == "nap"  # not named: in the version there is
        study.protocols.update(algorithms=["nnp@0.9", f"nnp@{CARDS['nnp'].version}"])
        assert ask(tina, specimen).algorithm_version == CARDS["nnp"].version

    def test_another_person_may_use_the_same_key(self, tina: Any, dora: Any, specimen: Specimen) -> None:
        assert ask(tina, specimen, key="once") != ask(dora, specimen, key="once")

    @pytest.mark.parametrize("key", ["x" * 81, "é", "a\nb"])
    def test_a_key_that_cannot_be_kept_is_refused(self, tina: Any, specimen: Specimen, key: str) -> None:
        with pytest.raises(Invalid):
            ask(tina, specimen, key=key)

    def test_only_those_who_may(self, alice: Any, carol: Any, tina: Any, study: Study, specimen: Specimen) -> None:
        with pytest.raises(NotVisible):
            ask(carol, specimen)
        with pytest.raises(NotAllowed):
            ask(alice, specimen)
        factories.MembershipFactory(study=study, user=tina, role=Role.QA_READER)
        with pytest.raises(NotAllowed) as refused:
            ask(tina, specimen)
        assert refused.value.code == "veiled"

    @pytest.mark.parametrize(
        ("slide", "code"),
        [
            ({"um_per_px": None, "um_per_px_source": "unknown"}, "needs_um_per_px"),
            ({"um_per_px": "4.0"}, "um_per_px_out_of_range"),
            ({"state": "ingesting"}, "slide_not_ready"),
            ({"marker": "H&E"}, "wrong_marker"),
        ],
    )
    def test_a_slide_that_cannot_be_scored_is_refused_in_words(
        self, tina: Any, specimen: Specimen, slide: dict[str, Any], code: str
    ) -> None:
        for name, value in slide.items():
            setattr(specimen.slide, name, value)
        specimen.slide.save()
        with pytest.raises(Invalid) as refused:
            ask(tina, specimen)
        assert refused.value.code == code
        assert specimen.slide.name in refused.value.message

    def test_the_technician_is_told_what_to_enter(self, tina: Any, specimen: Specimen) -> None:
        specimen.slide.um_per_px, specimen.slide.um_per_px_source = None, "unknown"
        specimen.slide.save()
        with pytest.raises(Invalid, match="technician enters it on the slide's page"):
            ask(tina, specimen)

    def test_a_missing_core_has_nothing_to_score(self, tina: Any, study: Study) -> None:
        core = factories.SpecimenFactory(slide__study=study, core=True, is_missing=True)
        with pytest.raises(Invalid, match="core is missing"):
            ask(tina, core)

    @pytest.mark.parametrize(
        "asked",
        [
            RunRequest("her2"),
            RunRequest("nnp", version="7"),
            RunRequest("nnp", preset="fast"),
            RunRequest("nnp", parameters={"min_area_um2": -1}),
            RunRequest("nnp", parameters={"min_area_um2": float("nan")}),
            RunRequest("nnp", parameters={"min_area_um2": True}),
            RunRequest("nnp", parameters={"colour": "brown"}),
            RunRequest("nnp", parameters={"marker": "PR"}),
        ],
    )
    def test_what_the_card_does_not_know_is_refused(self, tina: Any, specimen: Specimen, asked: RunRequest) -> None:
        with pytest.raises(Invalid):
            ask(tina, specimen, asked)
        assert not Run.objects.exists()

    def test_a_field_of_view_lies_on_the_specimen(self, tina: Any, specimen: Specimen, study: Study) -> None:
        here = factories.FieldOfViewFactory(slide=specimen.slide)
        assert ask(tina, specimen, field=here).field_of_view == here
        with pytest.raises(Invalid, match="not on the specimen's slide"):
            ask(tina, specimen, field=factories.FieldOfViewFactory(slide__study=study))

    def test_a_field_of_a_core_stays_inside_its_circle(self, tina: Any, study: Study) -> None:
        core = factories.SpecimenFactory(slide__study=study, core=True)
        inside = factories.FieldOfViewFactory(slide=core.slide, x_px=400, y_px=400, width_px=200, height_px=200)
        beyond = factories.FieldOfViewFactory(slide=core.slide, x_px=400, y_px=400, width_px=500, height_px=500)
        assert ask(tina, core, field=inside).field_of_view == inside
        with pytest.raises(Invalid, match="beyond the core"):
            ask(tina, core, field=beyond)

    def test_what_is_scored_is_kept_as_it_was_asked(self, tina: Any, study: Study) -> None:
        core = factories.SpecimenFactory(slide__study=study, core=True)
        field = factories.FieldOfViewFactory(slide=core.slide, x_px=450, y_px=450, width_px=100, height_px=90)
        whole, part = ask(tina, core), ask(tina, core, field=field)
        core.center_x_px = 7000
        core.save()
        field.delete()  # as freely as if nothing had been run on it
        whole.refresh_from_db()
        part.refresh_from_db()
        assert whole.region == {"shape": "circle", "x": 100, "y": 100, "width": 800, "height": 800}
        assert part.region == {"shape": "rectangle", "x": 450, "y": 450, "width": 100, "height": 90}
        assert part.field_of_view is None

    def test_nobody_fills_the_queue(self, tina: Any, dora: Any, specimen: Specimen, settings: Any) -> None:
        settings.RUN_QUEUED_PER_PERSON = 2
        ask(tina, specimen)
        ask(tina, specimen)
        with pytest.raises(Conflict) as refused:
            ask(tina, specimen)
        assert refused.value.code == "too_many_queued"
        assert ask(dora, specimen).state == "queued"


@pytest.mark.django_db
class TestBatch:
    def cores(self, study: Study, count: int) -> list[Specimen]:
        slide = factories.SlideFactory(study=study)
        return [factories.SpecimenFactory(slide=slide, core=True, column=column) for column in range(count)]

    def test_one_run_per_core_in_one_transaction(self, tina: Any, study: Study) -> None:
        cores = self.cores(study, 3)
        ids = [core.pk for core in cores]
        batch, runs, is_new = services.request_batch(tina, specimen_ids=ids, asked=NNP, idempotency_key="b")
        assert is_new
        assert [run.specimen for run in runs] == cores
        again, same, is_new = services.request_batch(tina, specimen_ids=ids, asked=NNP, idempotency_key="b")
        assert (again, {run.pk for run in same}, is_new) == (batch, {run.pk for run in runs}, False)
        assert Run.objects.count() == 3

    def test_all_or_none(self, tina: Any, study: Study) -> None:
        cores = self.cores(study, 3)
        cores[1].is_missing = True
        cores[1].save()
        with pytest.raises(Invalid, match="core 1/1"):
            services.request_batch(tina, specimen_ids=[core.pk for core in cores], asked=NNP)
        assert not Run.objects.exists()

    def test_a_foreign_specimen_among_ones_own_refuses_all(self, tina: Any, study: Study, other_study: Study) -> None:
        foreign = factories.SpecimenFactory(slide__study=other_study)
        with pytest.raises(NotVisible):
            services.request_batch(tina, specimen_ids=[self.cores(study, 1)[0].pk, foreign.pk], asked=NNP)
        assert not Run.objects.exists()

    @pytest.mark.parametrize("count", [0, 501])
    def test_it_is_bounded(self, tina: Any, count: int) -> None:
        with pytest.raises(Invalid, match="1 to 500"):
            services.request_batch(tina, specimen_ids=[uuid.uuid4() for _ in range(count)], asked=NNP)


@pytest.mark.django_db(transaction=True)
def test_twenty_identical_requests_at_once_are_one_run(tina: Any, specimen: Specimen) -> None:
    def once(_: int) -> uuid.UUID:
        try:
            return ask(tina, specimen, key="double click").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        seen = set(pool.map(once, range(20)))
    assert seen == set(Run.objects.values_list("pk", flat=True))
    assert len(seen) == 1


@pytest.mark.django_db(transaction=True)
def test_of_ten_claims_at_once_one_succeeds(tina: Any, specimen: Specimen) -> None:
    run = ask(tina, specimen)

    def once(number: int) -> Claim | None:
        try:
            return services.claim_run(run.pk, owner=str(number))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        claims = [claim for claim in pool.map(once, range(10)) if claim]
    assert [claim.attempt for claim in claims] == [1]


@pytest.mark.django_db
class TestLease:
    def test_a_run_is_claimed_once(self, tina: Any, specimen: Specimen) -> None:
        run = ask(tina, specimen)
        assert claimed(run).attempt == 1
        assert services.claim_run(run.pk, owner="other") is None
        run.refresh_from_db()
        assert run.state == "running"
        assert run.started_at is not None

    def test_an_ended_lease_is_claimed_by_the_next_and_fences_the_first(self, tina: Any, specimen: Specimen) -> None:
        run = ask(tina, specimen)
        first = claimed(run)
        lose(run)
        second = claimed(run)
        assert second.attempt == 2
        found, publish = outcome(first)
        for write in (
            lambda: services.extend_lease(first),
            lambda: services.report_progress(first, 1, 2, "scoring"),
            lambda: services.finish_run(first, found, publish=publish),
            lambda: services.fail_run(first, "late"),
            lambda: services.cancel_claimed(first),
        ):
            with pytest.raises(services.Fenced):
                write()
        assert not Result.objects.exists()
        found, publish = outcome(second)
        assert services.finish_run(second, found, publish=publish) == "done"
        assert Result.objects.get().attempt == 2

    def test_a_lease_that_ended_unnoticed_can_still_be_extended(self, tina: Any, specimen: Specimen) -> None:
        claim = claimed(ask(tina, specimen))
        Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert services.extend_lease(claim) is False
        assert services.claim_run(claim.run_id, owner="other") is None

    def test_finishing_again_after_a_lost_answer_changes_nothing(self, tina: Any, specimen: Specimen) -> None:
        claim = claimed(ask(tina, specimen))
        found, publish = outcome(claim)
        assert services.finish_run(claim, found, publish=publish) == "done"
        assert services.finish_run(claim, found, publish=publish) == "done"
        assert Result.objects.count() == 1
        assert Event.objects.filter(verb="run.finished").count() == 1
        assert storage.cells_path(found.cells_sha256).is_file()

    def test_no_file_no_result(self, tina: Any, specimen: Specimen) -> None:
        claim = claimed(ask(tina, specimen))
        found, _ = outcome(claim)
        storage.unfinished_path(claim.run_id, 1).unlink()
        path = storage.unfinished_path(claim.run_id, 1)
        with pytest.raises(FileNotFoundError):
            services.finish_run(claim, found, publish=lambda: storage.publish(path, "f" * 64))
        assert not Result.objects.exists()
        assert Run.objects.get().state == "running"

    def test_progress_is_written_and_tells_of_a_cancel(self, tina: Any, specimen: Specimen) -> None:
        claim = claimed(ask(tina, specimen))
        assert services.report_progress(claim, 3, 9, "scoring") is False
        services.request_cancel(tina, claim.run_id)
        assert services.report_progress(claim, 4, 9, "scoring") is True
        run = Run.objects.get()
        assert (run.progress_done, run.progress_total, run.phase) == (4, 9, "scoring")


@pytest.mark.django_db
class TestCancel:
    def test_a_queued_run_ends_at_once(self, tina: Any, specimen: Specimen) -> None:
        run = services.request_cancel(tina, ask(tina, specimen).pk)
        assert run.state == "cancelled"
        assert services.claim_run(run.pk, owner="late") is None
        assert services.request_cancel(tina, run.pk).state == "cancelled"
        assert list(Event.objects.values_list("verb", flat=True)) == ["run.requested", "run.cancelled"]

    @pytest.mark.parametrize("end", ["finish", "fail", "cancel"])
    def test_a_running_one_ends_as_cancelled_however_its_worker_ends_it(
        self, tina: Any, specimen: Specimen, end: str
    ) -> None:
        claim = claimed(ask(tina, specimen))
        assert services.request_cancel(tina, claim.run_id).state == "running"
        found, publish = outcome(claim)
        if end == "finish":
            services.finish_run(claim, found, publish=publish)
        elif end == "fail":
            services.fail_run(claim, "broken")
        else:
            services.cancel_claimed(claim)
        assert Run.objects.get().state == "cancelled"
        assert not Result.objects.exists()

    def test_a_lost_one_is_ended_by_the_sweeper(self, tina: Any, specimen: Specimen) -> None:
        run = ask(tina, specimen)
        claimed(run)
        services.request_cancel(tina, run.pk)
        lose(run)
        assert services.claim_run(run.pk, owner="other") is None
        assert services.requeue_lost_runs().cancelled == [run.pk]
        assert Run.objects.get().state == "cancelled"

    def test_what_is_done_cannot_be_cancelled(self, tina: Any, specimen: Specimen) -> None:
        run = factories.RunFactory(specimen=specimen, done=True)
        with pytest.raises(Conflict):
            services.request_cancel(tina, run.pk)

    def test_only_those_who_may(self, tina: Any, alice: Any, carol: Any, study: Study, specimen: Specimen) -> None:
        run = ask(tina, specimen)
        for stranger in (alice, carol):
            with pytest.raises(NotVisible):
                services.request_cancel(stranger, run.pk)
        factories.ProtocolFactory(study=study, version=2, readers_per_specimen=0)
        with pytest.raises(NotAllowed):
            services.request_cancel(alice, run.pk)


@pytest.mark.django_db(transaction=True)
class TestSweeping:
    def test_a_lost_run_is_queued_again_and_given_up_after_three_attempts(
        self, tina: Any, specimen: Specimen, queue: Any
    ) -> None:
        run = ask(tina, specimen)
        for attempt in (1, 2):
            assert claimed(run).attempt == attempt
            assert services.requeue_lost_runs().requeued == []
            lose(run)
            assert services.requeue_lost_runs().requeued == [run.pk]
            run.refresh_from_db()
            assert (run.state, run.attempt) == ("queued", attempt)
        claimed(run)
        lose(run)
        assert services.claim_run(run.pk, owner="fourth") is None
        assert services.requeue_lost_runs().failed == [run.pk]
        run.refresh_from_db()
        assert run.state == "failed"
        assert "lost its worker 3 times" in run.error
        assert queue() == 3

    def test_messages_the_broker_lost_are_sent_again_once(
        self, tina: Any, specimen: Specimen, queue: Any, settings: Any
    ) -> None:
        runs = [ask(tina, specimen) for _ in range(3)]
        Run.objects.update(created_at=timezone.now() - timedelta(minutes=1))
        assert queue() == 3
        assert services.requeue_lost_runs().resent == []
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
        assert set(services.requeue_lost_runs().resent) == {run.pk for run in runs}
        assert queue() == 3
        assert services.requeue_lost_runs().resent == []

    def test_a_request_rolled_back_is_never_sent(self, tina: Any, specimen: Specimen, queue: Any) -> None:
        with pytest.raises(Invalid):
            services.request_batch(tina, specimen_ids=[specimen.pk, specimen.pk], asked=NNP)
        missing = factories.SpecimenFactory(slide=specimen.slide, core=True, is_missing=True)
        with pytest.raises(Invalid):
            services.request_batch(tina, specimen_ids=[specimen.pk, missing.pk], asked=NNP)
        assert queue() == 0


@pytest.mark.django_db
def test_files_nobody_refers_to_are_deleted_and_no_others(tina: Any, specimen: Specimen) -> None:
    done, running, ended = (claimed(ask(tina, specimen)) for _ in range(3))
    found, publish = outcome(done, 20)
    services.finish_run(done, found, publish=publish)
    kept = storage.cells_path(found.cells_sha256)
    outcome(running, 30)
    orphan, publish_orphan = outcome(ended, 40)
    publish_orphan()
    outcome(ended, 50)
    services.fail_run(ended, "broken")
    assert services.sweep_orphan_files(older_than_s=3600) == []
    deleted = services.sweep_orphan_files(older_than_s=0)
    assert set(deleted) == {f"{orphan.cells_sha256}.cells", f"{ended.run_id}-1.cells"}
    assert kept.is_file()
    assert storage.unfinished_path(running.run_id, 1).is_file()


@pytest.mark.django_db
def test_layers_are_published_with_their_result_and_swept_like_cells(tina: Any, specimen: Specimen) -> None:
    done, ended = (claimed(ask(tina, specimen)) for _ in range(2))
    found, publish = outcome(done, 20)
    layers = storage.unfinished_path(done.run_id, done.attempt, "layers")
    sha256 = write_layers(layers, draw_layers())
    services.finish_run(
        done, replace(found, layers_sha256=sha256), publish=lambda: (publish(), storage.publish(layers, sha256))
    )
    assert Result.objects.get().layers_sha256 == sha256
    assert not layers.exists()
    left = storage.unfinished_path(ended.run_id, ended.attempt, "layers")
    write_layers(left, draw_layers(), representation="paper")
    orphan = storage.unfinished_path(uuid.uuid4(), 1, "layers")
    orphan_sha256 = write_layers(orphan, draw_layers(), representation="other")
    storage.publish(orphan, orphan_sha256)
    services.fail_run(ended, "broken")
    assert set(services.sweep_orphan_files(older_than_s=0)) == {f"{orphan_sha256}.layers", left.name}
    assert storage.layers_path(sha256).is_file()
    assert storage.cells_path(found.cells_sha256).is_file()


@pytest.mark.django_db
def test_no_layers_no_result(tina: Any, specimen: Specimen) -> None:
    """Cells and layers are published in the transaction that refers to them: all of it, or nothing."""
    claim = claimed(ask(tina, specimen))
    found, publish = outcome(claim)
    gone = storage.unfinished_path(claim.run_id, 1, "layers")
    with pytest.raises(FileNotFoundError):
        services.finish_run(
            claim,
            replace(found, layers_sha256="f" * 64),
            publish=lambda: (publish(), storage.publish(gone, "f" * 64)),
        )
    assert not Result.objects.exists()
    assert Run.objects.get().state == "running"
