"""The rules of the house, checked on the code itself: what imports what, what tasks, routes and relations are like."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField, OneToOneField
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import module_has_submodule
from rest_framework.mixins import ListModelMixin
from rest_framework.pagination import BasePagination

from webapp.celery import app as celery_app

ROOT = Path(__file__).resolve().parents[1]
OURS = sorted(config.label for config in apps.get_app_configs() if config.name.startswith("webapp."))
#: From the lowest up; an app's rows may point at its own and at lower ones. The two that never see each other stand
#: on one floor.
FLOORS = [{"core"}, {"audit"}, {"accounts"}, {"studies"}, {"cases"}, {"slides"}, {"blinding"}, {"reading", "runs"},
          {"annotations"}, {"agreement"}, {"live"}, {"demo"}]  # fmt: skip
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "webapp.settings.testing"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


# Imports


def test_the_import_contracts_hold() -> None:
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", done.stdout)
    assert kept, done.stdout[-500:]
    assert int(kept.group(1)) >= 11


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("webapp/slides/models.py", "import webapp.runs.models", "Apps form layers"),
        ("webapp/runs/models.py", "import webapp.runs.services", "Inside an app"),
        ("webapp/runs/permissions.py", "import rest_framework", "know nothing of HTTP"),
        ("webapp/runs/tasks.py", "import scoring.pipeline", "Only the run's runner"),
        ("webapp/core/health.py", "import torch", "never loads torch"),
        ("webapp/core/embedded/process.py", "import django", "before Django is there"),
        ("scoring/geometry.py", "import django", "free of Django"),
        ("scoring/types.py", "import scoring.pipeline", "Scoring is layered"),
        ("webapp/core/states.py", "import webapp.core.api", "Inside core"),
        ("webapp/runs/helpers.py", "", "Inside an app"),
    ],
)
def test_a_contract_breaks_where_it_should(tmp_path: Path, file: str, line: str, contract: str) -> None:
    """A rule that cannot fail is none: one forbidden line (or one undeclared file) in a copy of the code."""
    for name in ("webapp", "scoring"):
        for source in (ROOT / name).rglob("*.py"):
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    with (tmp_path / file).open("a") as stream:
        stream.write(f"\n{line}\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r});"
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert re.search(rf"{re.escape(contract)}.*BROKEN", done.stdout), done.stdout[-3000:]


HEAVY = ("torch", "openslide", "tifffile", "cv2", "skimage", "imagecodecs")


@pytest.mark.parametrize("module", ["webapp.urls", "webapp.asgi"])
def test_the_web_process_loads_no_decoder_and_no_network(module: str) -> None:
    code = (
        f"import django, importlib, json, sys; django.setup(); importlib.import_module({module!r});"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        f"print(json.dumps(sorted({set(HEAVY)!r} & set(sys.modules))))"
    )
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


# Relations


def _relations() -> Iterator[tuple[Any, Any]]:
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                if isinstance(field, ForeignKey | OneToOneField | ManyToManyField):
                    yield model, field


def test_relations_point_down_and_leave_nothing_behind() -> None:
    seen = 0
    wrong = []
    for model, field in _relations():
        here, there = model._meta.app_label, field.related_model._meta.app_label
        if here == there or there not in FLOOR:
            continue
        seen += 1
        if FLOOR[there] >= FLOOR[here]:
            wrong.append(f"{model._meta.label}.{field.name} points up, at {there}")
        if not field.remote_field.hidden or field.remote_field.related_query_name is not None:
            wrong.append(f'{model._meta.label}.{field.name} leaves a name at {there}: use related_name="+"')
    assert wrong == []
    assert seen > 5


def test_every_app_stands_on_a_floor() -> None:
    assert set(OURS) <= set(FLOOR)


# Tasks


def _tasks() -> list[Any]:
    """Of every app's ``tasks``. Not from the Celery app's own register: a test that makes another app fills that."""
    found = {}
    for config in apps.get_app_configs():
        if config.name.startswith("webapp.") and module_has_submodule(config.module, "tasks"):
            for value in vars(importlib.import_module(f"{config.name}.tasks")).values():
                if hasattr(value, "apply_async"):
                    found[value.name] = value
    return [found[name] for name in sorted(found)]


def test_every_task_has_limits_and_the_one_decorator() -> None:
    tasks = _tasks()
    assert len(tasks) >= 4
    for task in tasks:
        assert task.name.endswith("_task"), task.name
        assert task.name.startswith("webapp."), task.name
        assert task.time_limit, task.name
        assert 0 < task.soft_time_limit < task.time_limit <= celery_app.conf.task_time_limit, task.name
        assert task.acks_late, task.name
        assert task.reject_on_worker_lost, task.name
        assert task.ignore_result, task.name


def test_beat_sends_only_what_exists() -> None:
    names = {task.name for task in _tasks()}
    assert celery_app.conf.beat_schedule
    for title, entry in celery_app.conf.beat_schedule.items():
        assert entry["task"] in names, title
        assert entry["options"]["expires"] <= entry["schedule"], f"{title} would pile up"


def _sent_names() -> Iterator[tuple[Path, int, ast.expr]]:
    for file in sorted((ROOT / "webapp").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called == "send_after_commit":
                    yield file, node.lineno, node.args[0]


def _constant(file: Path, expression: ast.expr) -> str | None:
    """The text of a literal, or of a name that stands for one in the same module."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return expression.value
    if isinstance(expression, ast.Name):
        dotted = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        value = getattr(importlib.import_module(dotted), expression.id, None)
        return value if isinstance(value, str) else None
    return None


def test_services_send_only_what_exists() -> None:
    names = {task.name for task in _tasks()}
    sent = list(_sent_names())
    assert len(sent) >= 2
    for file, line, expression in sent:
        where = f"{file.relative_to(ROOT)}:{line}"
        name = _constant(file, expression)
        assert name is not None, f"{where}: the task's name must be a constant, so that it can be checked"
        assert name in names, f"{where} sends {name}, which does not exist"


# Routes

#: Open to strangers: the page itself (it asks who one is), the two health checks, and allauth's own way of signing in
#: (which answers strangers with what to do next).
OPEN = re.compile(r"^(healthz|readyz|_allauth/.*|accounts-admin/.*|)$")
_SAMPLES = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "int": "1",
    "str": "x",
    "slug": "x",
    "path": "x",
}


def _routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        else:
            yield route, entry


def _address(route: str) -> str:
    return re.sub(r"<(?:(\w+):)?\w+>", lambda match: _SAMPLES[match.group(1) or "str"], route)


API = [(route, pattern) for route, pattern in _routes(get_resolver()) if route.startswith("api/")]


def test_there_are_routes_to_check() -> None:
    assert len(API) >= 10
    others = [route for route, pattern in _routes(get_resolver()) if not route.startswith("api/")]
    # Anything that is neither the API nor on the list of open doors is a decision to make here.
    assert [route for route in others if not OPEN.match(route) and not route.startswith("^(?!")] == []


@pytest.mark.parametrize("route", [route for route, _ in API])
def test_every_route_refuses_a_stranger(db: None, route: str) -> None:
    client = Client()
    client.raise_request_exception = False
    for method in ("get", "post", "put", "patch", "delete", "options", "head"):
        response = client.generic(method.upper(), f"/{_address(route)}", b"{}", content_type="application/json")
        assert response.status_code in (401, 403, 404), f"{method.upper()} {route}: {response.status_code}"
        assert len(response.content) < 500, f"{method.upper()} {route} tells a stranger too much"


@pytest.mark.parametrize("route", [route for route, _ in API])
def test_every_list_comes_in_pages(route: str) -> None:
    callback: Any = dict(API)[route].callback
    view = getattr(callback, "cls", None)
    assert view is not None, f"{route} is no view of DRF, so nothing guards it"
    actions = getattr(callback, "actions", None) or {}
    if "list" not in actions.values():
        return
    listing = view.list
    if not issubclass(view, ListModelMixin) or listing is not ListModelMixin.list:
        source = inspect.getsource(listing)
        assert "paginate_queryset" in source or "super().list" in source or "paginate" in source, f"{route} lists all"
    paginator = view.pagination_class
    assert paginator is not None, route
    assert issubclass(paginator, BasePagination), route
    assert paginator.max_page_size == 200


# The database


def test_no_migration_is_missing(db: None) -> None:
    done = run(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
