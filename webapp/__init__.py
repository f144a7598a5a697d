"""Duoscope's web application: the map.

Five ideas carry it.

1. One noun is one app; one layer is one file. Reads that narrow rows are query-set methods in ``models.py``; who may
   see rows is ``permissions.py`` (a query set; membership in it is the object check); every write is a verb in
   ``services.py``; ``api.py`` translates HTTP. ``tests/webapp/<app>/test_<file>.py`` mirrors it.
2. Blinding is an import rule. ``reading`` (people) and ``runs`` (algorithms) cannot import each other. Only
   ``agreement``, above both, may put one beside the other, and only when its policy says so. Below both stands
   ``blinding``; every ``visible_*`` query set that could tell of somebody else's score asks it.
   ``runs`` serves requests, status and progress; results leave the server only through ``agreement``.
3. A write says what happened, once. Services call ``audit.services.record(...)``, the last statement of the
   transaction. After commit, ``live`` turns that into "object X changed" in the rooms that may know. Sockets carry
   ids, never content: browsers refetch over REST, where permissions live.
4. The row is the truth, the queue a hint. A run is claimed by compare-and-set with a lease and a fencing token;
   tasks take an id, re-check, call one function; a sweeper re-sends what was lost; attempts are capped.
5. Slides are hostile. Native decoders run in expendable, memory- and time-capped child processes. The web process
   itself only ever moves bytes: stored JPEG tiles by ``pread``, found through an index made at ingest.

Layers, upper may import lower, enforced by import-linter (``pyproject.toml``)::

    urls | asgi | celery > live > agreement > annotations > reading | runs > blinding > slides > cases > studies
        > accounts > audit > core > settings
    inside an app: api | tasks | admin | apps | consumers > runner > services > (tiles | ...) > permissions
        > models | signals
"""

# Made here so that the task decorator and `send_task` find the app in every process.
from webapp.celery import app as celery_app

__all__ = ["celery_app"]
