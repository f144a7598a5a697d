"""The study of ``cockpit``'s benchmark, made in the running installation: run by ``manage.py shell``. Specimens that
three have read and two algorithms scored; the administrator has looked at all of them. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import time

from django.db import connection

from tests.webapp.agreement.bulk import read_many
from webapp.accounts.models import User
from webapp.accounts.services import create_token
from webapp.agreement.services import reveal_finished
from webapp.studies.models import Role
from webapp.studies.services import create_study, grant_membership


def main() -> None:
    system, dora = (User.objects.get(username=name) for name in ("sam", "dora"))
    protocol = {"readers_per_specimen": 3, "marker_schemes": {"ER": "h-score"}}
    study = create_study(system, name="Benchmark", description="", protocol=protocol)
    grant_membership(system, study, dora, Role.ADMINISTRATOR)
    readers = [User.objects.create(username=f"reader{n}", display_name=f"Reader {n}") for n in range(3)]
    for reader in readers:
        grant_membership(dora, study, reader, Role.PATHOLOGIST)
    read_many(study, readers, int(os.environ["BENCH_MANY"]), algorithms=2)
    started, steps = time.perf_counter(), 1
    while reveal_finished(dora, study.pk):
        steps += 1
    shown_s = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    said = {"study": str(study.pk), "token": create_token(dora, name="bench")[1], "steps": steps, "shown_s": shown_s}
    print("SETUP " + json.dumps(said))


main()
