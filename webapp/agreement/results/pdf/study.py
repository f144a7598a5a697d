"""The agreement of a study on paper: figures, plots and tables as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from reportlab.platypus import Flowable, KeepTogether, Table

from scoring.schemes import SCHEMES
from webapp.agreement.results.pdf.figures import range_text, share_text, value_text
from webapp.agreement.results.pdf.plots import differences, reach_of, scatter
from webapp.agreement.results.pdf.sheet import WIDTH, document, gap, paragraph, table

NAMES: Final = {
    "mae": "Mean absolute error", "sd": "SD of the signed error", "pearson": "Pearson's r", "ccc": "Lin's CCC",
    "icc1": "ICC(1)", "icc2": "ICC(2,1)", "icc3": "ICC(3,1)", "icc1k": "ICC(1,k)", "icc2k": "ICC(2,k)",
    "icc3k": "ICC(3,k)", "alpha_interval": "Krippendorff's α (numbers)", "kappa": "Cohen's κ",
    "kappa_linear": "κ, linear weights", "kappa_quadratic": "κ, quadratic weights", "fleiss_kappa": "Fleiss' κ",
    "gwet_ac1": "Gwet's AC1", "gwet_ac2": "Gwet's AC2", "alpha_ordinal": "Krippendorff's α (categories)",
}  # fmt: skip
METHOD: Final = (
    "Intervals are 95 %, by bootstrap of the cases (percentiles); Pearson's by Fisher's z where every case has one "
    "specimen. Counted are signed readings of the first series whose reading is over, with the amendments made in "
    "time. ICC: two-way random, absolute agreement, where not said otherwise (Shrout and Fleiss 1979)."
)


def study_report(
    study: str, found: Mapping[str, Any], *, made_at: datetime, made_for: str, protocol_version: int | None
) -> bytes:
    """The PDF of what ``AgreementSerializer`` describes."""
    scheme = SCHEMES[found["scheme"]].name if found["scheme"] else "no scheme"
    story: list[Flowable] = [
        paragraph(study, "title"),
        paragraph(f"Agreement on {found['marker'] or 'no marker'}, {scheme}"),
        paragraph(_scope(found, protocol_version), "small"),
        gap(2),
    ]
    human, algorithms = found["human"], found["algorithms"]
    if human["n"] == 0:
        story.append(paragraph("No specimen was read by two of these readers; there is nothing to compare."))
    else:
        story += _statistics(human, algorithms)
        story += _plots(found, human, algorithms)
        story += _confusions([human, *algorithms])
        story += _groups(human, algorithms)
        story += _lists(found)
    story += [gap(4), paragraph(METHOD, "small")]
    return document(f"Agreement: {study}", story, made_at=made_at, made_for=made_for)


def _scope(found: Mapping[str, Any], protocol_version: int | None) -> str:
    days = [f"from {found['since']}"] if found["since"] else []
    days += [f"to {found['until']}"] if found["until"] else []
    readers = ", ".join(
        person["name"] for person in found["people"] if found["pair"] in ([], None) or person["key"] in found["pair"]
    )
    return (
        f"{found['n_readings']} scored readings of {found['n_specimens']} specimens, {found['n_cases']} cases. "
        f"Readers: {readers or 'none'}. Signed {' '.join(days) or 'at any time'}. Protocol version "
        f"{protocol_version or 'none'}. {found['unseen']} finished specimens not looked at are not counted."
    )


def _title(block: Mapping[str, Any]) -> str:
    preset = "" if block["preset"] in ("", "default") else f", {block['preset']}"
    return f"{block['first']} {block['version']}{preset}"


def _statistics(human: Mapping[str, Any], algorithms: Sequence[Mapping[str, Any]]) -> list[Flowable]:
    header = ["Statistic", "Readers with each other", "n"]
    for block in algorithms:
        header += [f"{_title(block)} with the readers' mean", "n"]
    rows = []
    for name, title in NAMES.items():
        blocks = [human, *algorithms]
        if not any(name in block["statistics"] for block in blocks):
            continue
        row = [title]
        for block in blocks:
            figure = block["statistics"].get(name)
            row += [value_text(name, figure), "" if figure is None else str(figure["n"])]
        rows.append(row)
    widths = [3.2, 3.4, 0.8, *[3.4, 0.8] * len(algorithms)]
    return [paragraph("Statistics", "heading"), table(header, rows, widths)]


def _plots(
    found: Mapping[str, Any], human: Mapping[str, Any], algorithms: Sequence[Mapping[str, Any]]
) -> list[Flowable]:
    blocks = [block for block in (human, *algorithms) if block.get("points")]
    if not blocks:
        return []
    low, high = SCHEMES[found["scheme"]].value_range or (0, 1)
    reach, width, height = reach_of(blocks), WIDTH / 2 - 6, 165
    story = []
    for block in blocks:
        title = "Readers with each other" if block is human else f"{_title(block)} with the readers' mean"
        drawn = len(block["points"])
        note = "" if drawn == block["n"] else f" ({drawn} of {block['n']} points are drawn, picked at random)"
        pair = Table(
            [[scatter(block, (low, high), width, height), differences(block, (low, high), reach, width, height)]]
        )
        story.append(KeepTogether([paragraph(f"{title}, n = {block['n']}{note}", "heading"), pair]))
    return story


def _confusions(blocks: Sequence[Mapping[str, Any]]) -> list[Flowable]:
    story = []
    for block in blocks:
        confusion = block.get("confusion")
        if confusion is None or block["n"] == 0 or not any(map(sum, confusion["counts"])):
            continue
        names = confusion["categories"]
        rows = [
            [name, *map(str, counts), value_text("specific", block["specific_agreement"][name])]
            for name, counts in zip(names, confusion["counts"], strict=True)
        ]
        title = f"{confusion['first']} (down) and {confusion['second']} (across)"
        made = table(["", *names, "Agreement on it"], rows, [2, *[1.4] * len(names), 2.6])
        story.append(KeepTogether([paragraph(title, "heading"), made]))
    return story


def _groups(human: Mapping[str, Any], algorithms: Sequence[Mapping[str, Any]]) -> list[Flowable]:
    blocks = [block for block in (human, *algorithms) if block.get("groups")]
    if not blocks:
        return []
    header = ["Mean of the two"]
    for block in blocks:
        header += ["Readers" if block is human else _title(block), "n"]
    rows = []
    for place, group in enumerate(blocks[0]["groups"]):
        row = [group["group"]]
        for block in blocks:
            figure = block["groups"][place]["mae"]
            row += [value_text("mae", figure), str(figure["n"])]
        rows.append(row)
    made = table(header, rows, [2, *[3, 0.8] * len(blocks)])
    return [KeepTogether([paragraph("Mean absolute error by size", "heading"), made])]


def _lists(found: Mapping[str, Any]) -> list[Flowable]:
    standing = found["standing"]
    story = [
        *_listed(
            "Pairs of readers",
            ["First", "Second", "MAE", "Bias", "ICC(2,1)", "κ, quadratic", "n"],
            [[pair["first"], pair["second"], *_values(pair, "mae", "bias", "icc2", "kappa_quadratic"), str(pair["n"])]
             for pair in found["pairs"]],
            [2.1, 2.1, 2.4, 2.4, 2.4, 2.4, 0.6],
            left=2,
        ),
        *_listed(
            "Readers",
            ["Reader", "Readings", "Not scoreable", "Positive", "Control limits", "From the others"],
            [[reader["name"], str(reader["n"]), str(reader["not_scoreable"]), share_text(reader["positive"]),
              range_text((reader["positive"] or {}).get("limits")), value_text("bias", reader["bias"])]
             for reader in standing["readers"]],
            [2.4, 1.2, 1.3, 2.2, 1.8, 2.4],
        ),
        *_listed(
            "The same reader again",
            ["Reader", "MAE", "ICC(2,1)", "κ, quadratic", "n"],
            [[line["name"], *_values(line, "mae", "icc2", "kappa_quadratic"), str(line["n"])]
             for line in standing["intra"]],
            [2.6, 2.2, 2.2, 2.2, 0.7],
        ),
    ]  # fmt: skip
    qa = standing["qa"]
    if sum(qa.values()):
        text = f"QA second reads: {qa['concordant']} concordant, {qa['minor']} minor, {qa['major']} major."
        story += [gap(), paragraph(text)]
    return story


def _values(figures: Mapping[str, Any], *names: str) -> list[str]:
    return [value_text(name, figures.get(name)) for name in names]


def _listed(
    title: str, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], *, left: int = 1
) -> list[Flowable]:
    if not rows:
        return []
    return [KeepTogether([paragraph(title, "heading"), table(header, rows, widths, left)])]
