"""The people and specimens of ``reading``'s benchmark, made in the running installation: run by ``manage.py shell``.

Prints one line of JSON: for every reader a token and the assignments to open, and the token of the one who holds many.
"""

from __future__ import annotations

import json
import os

from webapp.accounts.models import User
from webapp.accounts.services import create_token
from webapp.cases.models import Case
from webapp.reading.services import assign, open_session
from webapp.slides.models import Slide, Specimen
from webapp.studies.models import Role
from webapp.studies.services import create_study, grant_membership

READERS, EACH = int(os.environ["BENCH_READERS"]), int(os.environ["BENCH_EACH"])
MANY = int(os.environ["BENCH_MANY"])
COLUMNS = 100


def main() -> None:
    system, dora = (User.objects.get(username=name) for name in ("sam", "dora"))
    protocol = {"readers_per_specimen": 2, "marker_schemes": {"ER": "h-score"}}
    study = create_study(system, name="Benchmark", description="", protocol=protocol)
    grant_membership(system, study, dora, Role.ADMINISTRATOR)
    readers = [
        User.objects.create(username=f"reader{n:02d}", display_name=f"Reader {n:02d}") for n in range(READERS + 1)
    ]
    for reader in readers:
        grant_membership(dora, study, reader, Role.PATHOLOGIST)
    slide = Slide.objects.filter(state=Slide.State.READY, marker="ER").order_by("name").first()
    assert slide is not None
    slide.pk, slide.study, slide.name = None, study, "Benchmark array"
    slide.save(force_insert=True)
    cases = Case.objects.bulk_create(Case(study=study, code=f"B-{n:05d}") for n in range(MANY))
    specimens = Specimen.objects.bulk_create(
        Specimen(
            slide=slide, case=case, kind=Specimen.Kind.CORE, row=1 + n // COLUMNS, column=1 + n % COLUMNS,
            center_x_px=100, center_y_px=100, radius_px=90,
        )
        for n, case in enumerate(cases)
    )  # fmt: skip
    *several, one = readers
    said = {"several": [], "one": create_token(one, name="bench")[1]}
    assign(dora, open_session(dora, study, one), specimens)
    for number, reader in enumerate(several):
        mine = assign(dora, open_session(dora, study, reader), specimens[number * EACH : (number + 1) * EACH])
        token = create_token(reader, name="bench")[1]
        said["several"].append({"token": token, "assignments": [str(each.pk) for each in mine]})
    print("SETUP " + json.dumps(said))


main()
