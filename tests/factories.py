"""One factory for each model: a valid row with nothing surprising in it. What a test is about, it says itself."""

from __future__ import annotations

import uuid
from datetime import timedelta

import factory
from django.utils import timezone

from scoring.cards import CARDS
from webapp.accounts.models import Token, User
from webapp.blinding.models import Admission, Exposure, Opening, Veil
from webapp.cases.models import AccessionKey, Case, Order
from webapp.reading.models import (
    Absence,
    Amendment,
    Assignment,
    CaseSignOut,
    Consensus,
    Purpose,
    QaReview,
    QualificationItem,
    Reading,
    ReadingSession,
    Round,
    SlideRequest,
)
from webapp.runs.models import Batch, Result, Run
from webapp.slides.models import CoreProposal, FieldOfView, Presentation, Slide, Specimen, StainingBatch
from webapp.studies.models import Membership, Protocol, Role, Study

PASSWORD = "correct horse battery staple"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    display_name = factory.LazyAttribute(lambda user: user.username.title())
    password = factory.django.Password(PASSWORD)


class TokenFactory(factory.django.DjangoModelFactory):
    """A token whose secret nobody knows; a usable one is made by the service."""

    class Meta:
        model = Token

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"token {n}")
    prefix = factory.Sequence(lambda n: f"dsk_{n:08d}")
    digest = factory.Sequence(lambda n: f"{n:064x}")


class StudyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Study

    name = factory.Sequence(lambda n: f"Study {n}")


class ProtocolFactory(factory.django.DjangoModelFactory):
    """Two readers, independent; ``readers_per_specimen=0`` lets pathologists see results."""

    class Meta:
        model = Protocol

    study = factory.SubFactory(StudyFactory)
    version = 1
    marker_schemes = factory.LazyFunction(lambda: {"ER": "h-score"})
    algorithms = factory.LazyFunction(lambda: [f"nnp@{CARDS['nnp'].version}"])


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    study = factory.SubFactory(StudyFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.PATHOLOGIST


class CaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Case

    study = factory.SubFactory(StudyFactory)
    code = factory.Sequence(lambda n: f"C-{n:04d}")


class AccessionKeyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AccessionKey

    case = factory.SubFactory(CaseFactory)
    accession = factory.Sequence(lambda n: f"H{n:06d}")


class OrderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Order

    study = factory.SubFactory(StudyFactory)
    case = factory.SubFactory(CaseFactory, study=factory.SelfAttribute("..study"))
    marker = "ER"
    barcode = factory.Sequence(lambda n: f"B{n:06d}")


class StainingBatchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StainingBatch

    study = factory.SubFactory(StudyFactory)
    name = factory.Sequence(lambda n: f"Batch {n}")
    marker = "ER"


class SlideFactory(factory.django.DjangoModelFactory):
    """A slide that is ready, as far as the database is concerned: there is no file behind it."""

    class Meta:
        model = Slide

    id = factory.LazyFunction(uuid.uuid4)
    study = factory.SubFactory(StudyFactory)
    name = factory.Sequence(lambda n: f"Slide {n}")
    marker = "ER"
    state = Slide.State.READY
    original_name = factory.Sequence(lambda n: f"scan-{n}.svs")
    stored_path = factory.LazyAttribute(lambda slide: f"{slide.id}/source.svs")
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    size_bytes = 1_000_000
    format = "aperio"
    width_px = 2048
    height_px = 1024
    um_per_px = "0.5"
    um_per_px_source = Slide.UmPerPxSource.FILE
    levels = factory.LazyFunction(
        lambda: [{"width_px": 2048, "height_px": 1024, "tile_width_px": 256, "tile_height_px": 256}]
    )


class SpecimenFactory(factory.django.DjangoModelFactory):
    """A whole section; ``core=True`` makes it a core in row 1, column 1."""

    class Meta:
        model = Specimen

    class Params:
        core = factory.Trait(
            kind=Specimen.Kind.CORE, row=1, column=1, center_x_px=500.0, center_y_px=500.0, radius_px=400.0
        )

    slide = factory.SubFactory(SlideFactory)
    case = factory.SubFactory(CaseFactory, study=factory.SelfAttribute("..slide.study"))
    kind = Specimen.Kind.WHOLE_SECTION


class CoreProposalFactory(factory.django.DjangoModelFactory):
    """Dearraying found one core."""

    class Meta:
        model = CoreProposal

    slide = factory.SubFactory(SlideFactory)
    state = CoreProposal.State.DONE
    progress = 1.0
    cores = factory.LazyFunction(
        lambda: [{"row": 1, "column": 1, "x_px": 500.0, "y_px": 500.0, "radius_px": 400.0, "present": True}]
    )


class FieldOfViewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FieldOfView

    slide = factory.SubFactory(SlideFactory)
    name = factory.Sequence(lambda n: f"Field {n}")
    x_px = 0
    y_px = 0
    width_px = 512
    height_px = 512


class PresentationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Presentation

    user = factory.SubFactory(UserFactory)
    slide = factory.SubFactory(SlideFactory)


class VeilFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Veil

    person = factory.SubFactory(UserFactory)
    specimen = factory.SubFactory(SpecimenFactory)
    reason = "assigned"


class BatchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Batch

    study = factory.SubFactory(StudyFactory)
    requested_by = factory.SubFactory(UserFactory)


class RunFactory(factory.django.DjangoModelFactory):
    """A queued run; ``done=True`` makes one that finished on its first attempt (its result is a ResultFactory away)."""

    class Meta:
        model = Run

    class Params:
        done = factory.Trait(
            state=Run.State.DONE,
            attempt=1,
            started_at=factory.LazyFunction(timezone.now),
            finished_at=factory.LazyFunction(timezone.now),
        )

    specimen = factory.SubFactory(SpecimenFactory)
    study = factory.SelfAttribute("specimen.slide.study")
    requested_by = factory.SubFactory(UserFactory)
    algorithm = "nnp"
    algorithm_version = CARDS["nnp"].version
    preset = "default"
    idempotency_key = factory.Sequence(lambda n: f"key-{n}")


class ResultFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Result

    run = factory.SubFactory(RunFactory, done=True)
    attempt = factory.SelfAttribute("run.attempt")
    scheme = "h-score"
    value = "150"
    scoreable = True
    counts = factory.LazyFunction(lambda: {"negative": 25, "weak": 25, "moderate": 25, "strong": 25})
    percentages = factory.LazyFunction(lambda: {"negative": 25.0, "weak": 25.0, "moderate": 25.0, "strong": 25.0})
    cell_count = 100
    cells_sha256 = factory.Sequence(lambda n: f"{n:064x}")
    provenance = factory.LazyFunction(dict)
    seconds = 1.0


class ExposureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Exposure

    person = factory.SubFactory(UserFactory)
    specimen = factory.SubFactory(SpecimenFactory)
    source = Exposure.Source.ALGORITHM
    source_id = factory.Faker("uuid4")
    planned = True


class OpeningFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Opening

    specimen = factory.SubFactory(SpecimenFactory)
    reason = "all readings are in"


class AdmissionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Admission

    person = factory.SubFactory(UserFactory)
    specimen = factory.SubFactory(SpecimenFactory)
    source = Exposure.Source.ALGORITHM
    reason = "concurrent reading"


class ReadingSessionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReadingSession

    study = factory.SubFactory(StudyFactory)
    protocol = factory.SubFactory(ProtocolFactory, study=factory.SelfAttribute("..study"))
    reader = factory.SubFactory(UserFactory)
    purpose = Purpose.PRIMARY
    seed = 1
    opens_at = factory.LazyFunction(timezone.now)


class RoundFactory(factory.django.DjangoModelFactory):
    """The first round of a specimen, open, for two readers. Give the protocol of the specimen's study."""

    class Meta:
        model = Round

    specimen = factory.SubFactory(SpecimenFactory)
    protocol = factory.SubFactory(ProtocolFactory, study=factory.SelfAttribute("..specimen.slide.study"))
    scheme = "h-score"
    readers_required = 2


class AssignmentFactory(factory.django.DjangoModelFactory):
    """An assignment as the database sees it; no veil is drawn: ``reading.services.assign`` does that."""

    class Meta:
        model = Assignment

    round = factory.SubFactory(RoundFactory)
    specimen = factory.SelfAttribute("round.specimen")
    session = factory.SubFactory(
        ReadingSessionFactory,
        study=factory.SelfAttribute("..specimen.slide.study"),
        protocol=factory.SelfAttribute("..round.protocol"),
    )
    reader = factory.SelfAttribute("session.reader")
    purpose = Purpose.PRIMARY
    scheme = "h-score"
    position = factory.Sequence(lambda n: n)
    alias = factory.Sequence(lambda n: f"A{n:04d}")


class ReadingFactory(factory.django.DjangoModelFactory):
    """Weak 20, moderate 30, strong 10: H-score 110, positive."""

    class Meta:
        model = Reading

    assignment = factory.SubFactory(AssignmentFactory, state=Assignment.State.SIGNED)
    specimen = factory.SelfAttribute("assignment.specimen")
    reader = factory.SelfAttribute("assignment.reader")
    protocol = factory.SelfAttribute("assignment.session.protocol")
    purpose = Purpose.PRIMARY
    scheme = "h-score"
    scheme_version = "1"
    scoreable = True
    inputs = factory.LazyFunction(lambda: {"weak": "20", "moderate": "30", "strong": "10"})
    value = 110
    category = "positive"
    rule = "more than 10 % of nuclei are positive: positive"
    signer = factory.SelfAttribute("reader.display_name")
    meaning = "I have read this specimen and this is my score."


class AmendmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Amendment

    reading = factory.SubFactory(ReadingFactory)
    number = 1
    counts = True
    why = "mistyped"
    scoreable = True
    inputs = factory.LazyFunction(lambda: {"weak": "20", "moderate": "40", "strong": "10"})
    value = 130
    category = "positive"
    signer = factory.SelfAttribute("reading.reader.display_name")
    meaning = "I correct my reading for the reason given."


class ConsensusFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Consensus

    round = factory.SubFactory(RoundFactory, state=Round.State.DECIDED)
    specimen = factory.SelfAttribute("round.specimen")
    kind = Consensus.Kind.MEAN
    scheme = "h-score"
    scheme_version = "1"
    scoreable = True
    value = 110
    category = "positive"
    rule = "mean of 2 readings"
    rule_version = "consensus-1"
    readings = factory.LazyFunction(list)


class QaReviewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = QaReview

    round = factory.SubFactory(RoundFactory, state=Round.State.DECIDED, readers_required=1)


class AbsenceFactory(factory.django.DjangoModelFactory):
    """Of next week."""

    class Meta:
        model = Absence

    study = factory.SubFactory(StudyFactory)
    reader = factory.SubFactory(UserFactory)
    first_day = factory.LazyFunction(lambda: timezone.now().date() + timedelta(days=7))
    last_day = factory.LazyAttribute(lambda absence: absence.first_day + timedelta(days=6))


class SlideRequestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SlideRequest

    assignment = factory.SubFactory(AssignmentFactory)
    specimen = factory.SelfAttribute("assignment.specimen")
    kind = SlideRequest.Kind.RESCAN


class QualificationItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = QualificationItem

    specimen = factory.SubFactory(SpecimenFactory)
    study = factory.SelfAttribute("specimen.slide.study")
    value = 110
    category = "positive"


class CaseSignOutFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CaseSignOut

    case = factory.SubFactory(CaseFactory)
    person = factory.SubFactory(UserFactory)
    summary = factory.LazyFunction(dict)
    signer = factory.SelfAttribute("person.display_name")
    meaning = "I sign out this case."
