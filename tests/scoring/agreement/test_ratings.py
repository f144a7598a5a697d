"""Tables as people have them: long and wide, with gaps, repeats and mistakes."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.agreement import Scale, parse_scale, read_csv
from scoring.types import ScoringError

INTERVAL = parse_scale("interval")
HER2 = parse_scale("ordinal:0,1+,2+,3+")


def test_long_and_wide_are_the_same_table() -> None:
    long = read_csv("item,reader,value\nx,A,1\nx,B,2\ny,A,3\ny,B,NA\n", INTERVAL)
    wide = read_csv("core,A,B\nx,1,2\ny,3,\n", INTERVAL, layout="wide", item="core")
    turned = read_csv("who,x,y\nA,1,3\nB,2,*\n", INTERVAL, layout="wide", reader="who")
    for table in (long, wide, turned):
        assert (table.items, table.readers) == (("x", "y"), ("A", "B"))
        np.testing.assert_array_equal(table.values, [[1, 2], [3, np.nan]])


def test_without_a_header_columns_are_numbered() -> None:
    table = read_csv("1;2\n".replace(";", ",") + "3,1\n", INTERVAL, layout="wide", has_header=False)
    assert (table.items, table.readers) == (("1", "2"), ("1", "2"))
    np.testing.assert_array_equal(table.values, [[1, 2], [3, 1]])


def test_categories_are_places_on_the_whole_scale() -> None:
    table = read_csv("item,reader,value\nx,A,3+\nx,B,0\n", HER2)
    np.testing.assert_array_equal(table.values, [[3, 0]])
    assert table.scale.categories == ("0", "1+", "2+", "3+")
    named = read_csv("item,reader,value\nx,A,neg\nx,B,pos\n", parse_scale("nominal"))
    assert named.scale.categories == ("neg", "pos")


def test_clusters_belong_to_items() -> None:
    table = read_csv("item,reader,value,patient\nx,A,1,P\nx,B,2,P\ny,A,3,Q\nz,A,3,P\n", INTERVAL, cluster="patient")
    np.testing.assert_array_equal(table.clusters, [0, 1, 0])
    with pytest.raises(ScoringError, match="Line 3: item x belongs to 'P' and to 'Q'"):
        read_csv("item,reader,value,patient\nx,A,1,P\nx,B,2,Q\n", INTERVAL, cluster="patient")


def test_a_repeated_reading_is_refused_unless_it_is_said_how_it_counts() -> None:
    text = "item,reader,value\nx,A,1\nx,A,4\n"
    with pytest.raises(ScoringError, match="Line 3: reader A has read item x before"):
        read_csv(text, INTERVAL)
    assert read_csv(text, INTERVAL, repeats="first").values[0, 0] == 1
    assert read_csv(text, INTERVAL, repeats="mean").values[0, 0] == 2.5
    with pytest.raises(ScoringError, match="of numbers, mean"):
        read_csv(text, parse_scale("nominal"), repeats="mean")


@pytest.mark.parametrize(
    ("text", "scale", "said"),
    [
        ("", INTERVAL, "empty"),
        ("item,reader\nx,A\n", INTERVAL, "no column 'value'"),
        ("item,reader,value\nx,A\n", INTERVAL, "Line 2: has 2 cells"),
        ("item,reader,value\nx,A,many\n", INTERVAL, "Line 2: 'many' is no number"),
        ("item,reader,value\nx,A,1e999\n", INTERVAL, "Line 2: '1e999' is no number"),
        ("item,reader,value\nx,A,4+\n", HER2, "Line 2: '4+' is none of the categories"),
        ("item,reader,value\nx,A,-1\n", parse_scale("ratio"), "Line 2: a ratio scale has no -1"),
        ("a,a\n1,2\n", INTERVAL, "a name of its own"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(text: str, scale: Scale, said: str) -> None:
    with pytest.raises(ScoringError) as refused:
        read_csv(text, scale)
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["ordinal", "interval:1,2", "likert", "ordinal:a", "nominal:a,a", "ordinal:a,,b"])
def test_a_scale_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ScoringError):
        parse_scale(text)
