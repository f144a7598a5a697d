"""What stands in the report of ``evaluate hscore``, section by section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scoring import weights
from scoring.evaluation import augmentation, figures, galleries, measuring, methods, paper_tables, physical
from scoring.evaluation.cores import Core, digest
from scoring.evaluation.measuring import Bench, Plan
from scoring.evaluation.records import Measured, series
from scoring.evaluation.report import Section
from scoring.evaluation.tables import Table, interval, number, percent
from scoring.evaluation.thresholds import START, Cuts

TITLE = "Evaluation of the H-score system"
GALLERY_CORES = 6
_PHOTO_COLOURS = 128
_PAPER_ORDER = (
    "In the paper (105 real cores, 21-fold cross-validation): RAM-CNN 21.33 (SD 29.14, CC 0.949), RA-CNN 27.22, "
    "ResNet-18 40.03, the two pathologists 20.63 (SD 30.55, CC 0.954); order RAM < RA < AlexNet < RGB, ResNet-18 and "
    "NNP < NAP. Its other values are lost."
)


@dataclass(frozen=True)
class Study:
    """Everything the report is made from. ``chosen`` are the cores compared, ``scored`` the keys that have scores."""

    plan: Plan
    measured: Sequence[Measured]
    chosen: Sequence[Measured]
    scored: Sequence[str]
    cuts: Mapping[str, Cuts]
    training: Sequence[Core]
    real: Path | None
    n_invariance: int
    processes: int

    @property
    def ram(self) -> list[str]:
        """Score keys of RAM-CNN's seeds."""
        return methods.seeds_of("ram-cnn", self.scored)


def introduction(study: Study) -> list[str]:
    """What was measured on what, in a few sentences."""
    tiers = paper_tables.tiers_of(study.measured)
    parts = ", ".join(
        f"{len(paper_tables.of_tier(study.measured, tier))} {paper_tables.TIER_NAMES[tier]}" for tier in tiers if tier
    )
    folders = sorted({one.core.folder for one in study.measured})
    return [
        "Research use only. **Every core and both readers here are synthetic**: no real ER, PR or p53 image with "
        "pathologists' H-scores can be had. The figures say how well the methods do on this tissue, not in a clinic. "
        "The real tiles at the end say whether nuclei are found on real stain, and nothing about scores.",
        f"{len(study.measured)} test cores ({parts or 'one tier'}; SHA-256 of the index {digest(folders)[:12]}); none "
        f"was seen in training. Compared are the {len(study.chosen)} with more than 15 % tumour, as the paper's rule "
        "wants. Labels are the mean of two simulated readers, whose disagreement is tuned to the paper's pathologists. "
        "Intervals are 95 %: bootstrap over cores, Fisher's for CC. SD is that of the signed error (n - 1).",
        "Made by `python -m scoring evaluate hscore`; every table also lies beside the figures as a CSV file.",
    ]


def make(study: Study) -> list[Section]:
    """All sections, in the order of the paper's section IV."""
    made = [
        _segmentation(study),
        _prediction(study),
        _masks(study),
        _augmentation(study),
        _markers(study),
        _quality(study),
        _scoreability(study),
        physical.invariances(study.plan, study.chosen, study.n_invariance, study.real, study.processes),
    ]
    if study.real is not None:
        made.append(physical.real_tiles(study.plan, study.real))
    made += [_targets(study), _weights(study), _predictions(study)]
    return [section for section in made if section.tables or section.charts]


def _segmentation(study: Study) -> Section:
    return Section("Segmentation", tables=[paper_tables.table_2(study.measured)])


def _prediction(study: Study) -> Section:
    words = [_PAPER_ORDER]
    if study.cuts:
        fitted = "; ".join(
            f"{one.label}: strong ≤ {study.cuts[one.key].strong}, moderate ≤ {study.cuts[one.key].moderate}"
            for one in methods.CLASSICAL
            if one.key in study.cuts
        )
        count = next(iter(study.cuts.values())).cores
        words.append(
            f"Cuts of NNP and NAP on 510 · I_la were fitted on {count} training cores by trying every pair (from "
            f"{START[0]}, {START[1]}; a reconstruction, the paper's cuts are lost): {fitted}."
        )
    tiers = paper_tables.tiers_of(study.chosen)
    made = [paper_tables.table_3(study.chosen, study.scored, tier) for tier in tiers]
    charts = [
        (
            "figure-9-scatter",
            figures.scatter_plots(study.chosen, study.scored),
            "Fig. 9. Predicted H-score against the mean of the readers; last, reader against reader.",
        )
    ]
    words += [_order(study), *_same_as_product(study)]
    return Section("H-score prediction", words, made, charts)


def _order(study: Study) -> str:
    """The order of methods as it came out, in a sentence."""
    found = []
    for row in methods.main_rows(study.scored):
        value = paper_tables.summarise(series(study.chosen, row.keys)).mae.value
        if value is not None:
            found.append((value, row.label))
    order = " < ".join(f"{label} {value:.1f}" for value, label in sorted(found))
    return f"Order by MAE here: {order}. The order is reported as it came out; nothing was tuned to it."


def _same_as_product(study: Study) -> list[str]:
    """How far the scores of the tables are from the product's own answer."""
    both = [one for one in study.chosen if measuring.PRODUCT in one.scores and "ram-cnn" in one.scores]
    if not both:
        return []
    away = max(abs(one.scores[measuring.PRODUCT] - one.scores["ram-cnn"]) for one in both)
    return [
        f"The product (`scoring hscore`, default preset) scored {len(both)} of the {len(study.chosen)} cores; its "
        f"answer differs from the first RAM-CNN of these tables by at most {away:.2f} points."
    ]


def _masks(study: Study) -> Section:
    names = {
        **methods.NUCLEI_NETWORKS,
        **methods.TUMOUR_NETWORKS,
        methods.WATERSHED: "watershed",
        methods.EXACT: "exact",
    }
    pairs = {
        measuring.mask_key(nuclei, tumour): (names[nuclei], names[tumour])
        for nuclei, tumour in measuring.mask_pairs(study.plan)
    }
    return Section("Influence of the masks", tables=[paper_tables.table_4(study.chosen, pairs)] if pairs else [])


def _augmentation(study: Study) -> Section:
    section = Section("Label augmentation")
    without = methods.seeds_of(methods.WITHOUT_AUGMENTATION.key, study.scored)
    if study.ram and without:
        section.tables.append(paper_tables.table_of_augmentation(study.chosen, study.ram, without))
        bars = {"with label augmentation": study.ram, "without": without}
        caption = "Fig. 10. RAM-CNN trained with and without label augmentation."
        section.charts.append(("figure-10-augmentation", figures.augmentation_bars(study.chosen, bars), caption))
    labels = [core.label for core in study.training if core.label is not None]
    if labels:
        copies, augmented = augmentation.augmented(labels)
        caption = "Fig. 6. Labels of training cores before and after augmentation, and the copies of each."
        section.charts.append(("figure-6-labels", figures.label_histograms(labels, augmented, copies), caption))
    return section


def _markers(study: Study) -> Section:
    chart = figures.error_groups(study.chosen, study.scored)
    return Section(
        "Markers and H-score groups",
        tables=[
            paper_tables.table_5(study.chosen, study.scored),
            *paper_tables.tables_of_groups(study.chosen, study.scored),
        ],
        charts=[("figure-11-groups", chart, "Fig. 11. Cores by absolute error, for each H-score group.")],
    )


def _quality(study: Study) -> Section:
    section = Section("Image quality", colours=_PHOTO_COLOURS)
    if study.plan.through_pipeline:
        section.tables = [
            paper_tables.table_of_quality(study.chosen, study.scored),
            paper_tables.table_of_flags(study.chosen, study.ram),
        ]
    if not study.ram:
        return section
    worst, best = galleries.ranked(study.chosen, study.ram, GALLERY_CORES)
    bench = Bench(study.plan.only_masks())
    for name, shown, words in (
        ("figure-12-worst", worst, "Fig. 12. Cores that RAM-CNN scored worst"),
        ("figure-13-best", best, "Fig. 13. Cores that RAM-CNN scored best"),
    ):
        pictures = {one.core.name: bench.outlines(one.core) for one in shown}
        chart = galleries.gallery(shown, study.ram, pictures, words)
        caption = f"{words}: whole core, and its middle with outlines (teal tumour nuclei, grey other nuclei)."
        section.charts.append((name, chart, caption))
    return section


def _scoreability(study: Study) -> Section:
    """The 15 % rule: what the product refuses against what it should."""
    known = [one for one in study.measured if one.tumour_fraction is not None]
    if not known:
        return Section("The 15 % rule")
    table = Table(
        "tumour-share",
        "Cores by true and measured tumour share",
        ("true tumour share", "n", "measured > 15 %", "measured ≤ 15 %", "median |difference|"),
    )
    for name, wanted in (("> 15 %", True), ("≤ 15 %", False)):
        chosen = [one for one in known if (_true_share(one) > 0.15) == wanted]
        above = sum((one.tumour_fraction or 0) > 0.15 for one in chosen)
        away = [abs((one.tumour_fraction or 0) - _true_share(one)) for one in chosen]
        median = percent(float(np.median(away))) if away else number(None)
        table.add(name, str(len(chosen)), str(above), str(len(chosen) - above), median)
    return Section("The 15 % rule", tables=[table])


def _true_share(one: Measured) -> float:
    return one.core.row.tumour_fraction


def _targets(study: Study) -> Section:
    """Acceptance targets on realistic cores, as they came out."""
    table = Table(
        "targets",
        "What was wanted of the realistic cores",
        ("figure", "wanted", "found", "reached"),
        notes=["Targets were set before; figures are as they came out."],
    )
    realistic = [one for one in study.measured if one.core.tier == "realistic"]
    compared = [one for one in study.chosen if one.core.tier == "realistic"]
    for key, name, wanted in (
        ("nuclei:nuclei-unet", "nuclei Dice (U-Net)", 0.85),
        ("tumour:tumour-unet", "tumour Dice (U-Net)", 0.80),
    ):
        overlaps = [one.overlaps[key] for one in realistic if key in one.overlaps and one.overlaps[key].truth]
        if overlaps:
            found = float(np.mean([overlap.dice or 0.0 for overlap in overlaps]))
            table.add(name, f"≥ {wanted:.2f}", number(found, 3), _yes(found >= wanted))
    if study.ram and compared:
        readers = paper_tables.human(compared).mae
        ram = paper_tables.summarise(series(compared, tuple(study.ram))).mae
        if readers.value is not None and ram.value is not None:
            wanted_text = f"≤ readers' {readers.value:.1f}"
            table.add("RAM-CNN MAE", wanted_text, interval(ram), _yes(ram.value <= readers.value))
    return Section("Targets", tables=[table] if table.rows else [])


def _yes(reached: bool) -> str:
    return "yes" if reached else "no"


def _weights(study: Study) -> Section:
    table = Table(
        "weights",
        "Networks that took part",
        ("name", "SHA-256", "preset", "parameters"),
        notes=["Trained on synthetic tissue; research use only."],
    )
    entries = weights.entries(study.plan.folder)
    for name in study.plan.networks:
        entry = entries[name]
        table.add(name, str(entry["sha256"])[:12], str(entry["preset"]), f"{int(entry['parameters']):,}")
    return Section("Weights", tables=[table])


def _predictions(study: Study) -> Section:
    """Every core with every score, as a CSV file alone."""
    keys = [key for row in methods.table_rows(study.scored) for key in row.keys]
    keys = list(dict.fromkeys(keys))
    table = Table(
        "predictions",
        "Every core",
        ("core", "tier", "marker", "reader A", "reader B", "tumour share", *keys, "flags", "refused"),
        in_report=False,
    )
    for one in study.measured:
        core = one.core
        table.add(
            core.name,
            core.tier,
            core.marker,
            number(core.row.reader_a, 0),
            number(core.row.reader_b, 0),
            number(core.row.tumour_fraction, 2),
            *(number(one.scores.get(key)) for key in keys),
            " ".join(one.flags),
            one.refused,
        )
    return Section("Every core", [f"{len(table.rows)} cores with every score: `predictions.csv`."], tables=[table])
