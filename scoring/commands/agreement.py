"""``python -m scoring agreement``: how far the readers of a CSV file agree."""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path
from typing import Any

from scoring.agreement import Resamples, analyse, as_json, parse_scale, read_csv
from scoring.agreement.statistic import DRAWS
from scoring.types import ScoringError

VERSION = "1"
LARGEST_BYTES = 200_000_000


def add_arguments(subparsers: Any) -> None:
    """The verb."""
    verb = subparsers.add_parser("agreement", help="how far the readers of a table agree")
    verb.add_argument("table", type=Path, metavar="CSV")
    verb.add_argument("--scale", required=True, help="interval, ratio, nominal[:a,b] or ordinal:0,1+,2+,3+")
    verb.add_argument("--layout", choices=("long", "wide"), default="long", help="a row a reading, or a row an item")
    verb.add_argument("--item", metavar="C", help="column of items (long: item)")
    verb.add_argument("--reader", metavar="C", help="column of readers (long: reader); wide: its rows are readers")
    verb.add_argument("--value", metavar="C", help="column of values (long: value)")
    verb.add_argument(
        "--cluster", metavar="C", help="column that says which items belong together, such as the patient"
    )
    verb.add_argument("--no-header", action="store_true", help="the first line is data; columns are 1, 2, 3…")
    verb.add_argument("--repeats", choices=("refuse", "first", "mean"), default="refuse", help="an item read again")
    verb.add_argument("--interval", choices=("percentile", "bca"), default="percentile", help="of the bootstrap")
    verb.add_argument("--draws", type=int, default=DRAWS, help="bootstrap samples")
    verb.add_argument("--seed", type=int, default=0)
    verb.add_argument("--out", type=Path, default=None, help="file for the JSON instead of stdout")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The statistics of one file. Raises ScoringError: it cannot be used; the message names the line."""
    started = time.perf_counter()
    table: Path = options.table
    if not 100 <= options.draws <= 100_000:
        raise ScoringError(f"--draws is 100 to 100000; received {options.draws}.")
    if not table.is_file():
        raise ScoringError(f"{table}: no such file; give the path of a CSV file")
    if table.stat().st_size > LARGEST_BYTES:
        raise ScoringError(f"{table}: is larger than {LARGEST_BYTES // 1_000_000} MB; send fewer columns")
    if options.out is not None and not options.out.parent.is_dir():
        raise ScoringError(f"{options.out}: its folder does not exist; make it first")
    content = table.read_bytes()
    try:
        ratings = read_csv(
            content.decode("utf-8-sig"), parse_scale(options.scale), layout=options.layout, item=options.item,
            reader=options.reader, value=options.value, cluster=options.cluster, has_header=not options.no_header,
            repeats=options.repeats,
        )  # fmt: skip
        resamples = Resamples(
            len(ratings.items), clusters=ratings.clusters, seed=options.seed, draws=options.draws,
            method=options.interval,
        )  # fmt: skip
        answer = as_json(analyse(ratings, resamples))
    except UnicodeDecodeError as error:
        raise ScoringError(f"{table}: is no UTF-8 text; save it as CSV in UTF-8") from error
    except ScoringError as error:
        raise ScoringError(f"{table}: {error}") from error
    return {
        "method": "agreement",
        "version": VERSION,
        "input_sha256": hashlib.sha256(content).hexdigest(),
        "interval": options.interval,
        "draws": options.draws,
        "seed": options.seed,
        **answer,
        "seconds": round(time.perf_counter() - started, 4),
    }
