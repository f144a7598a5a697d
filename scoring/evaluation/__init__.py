"""Evaluation of the H-score system: the tables and figures of Liu et al. 2019, section IV, on synthetic tissue.

Layers (imports go down only): ``report`` > ``galleries``, ``paper_tables``, ``figures`` > ``measuring`` >
``thresholds``, ``cores``, ``tables``. Everything a table says also stands in a CSV file with the same digits.
"""
