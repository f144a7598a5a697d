"""Evaluation of the H-score system: the tables and figures of Liu et al. 2019, section IV, on synthetic tissue.

Imports go down only: ``hscore``, ``cross_validation`` > ``sections`` > ``physical`` > ``report``, ``galleries``,
``tiles``, ``invariance`` > ``figures`` > ``paper_tables`` > ``measuring`` > ``records``, ``thresholds``, ``methods``,
``cores``, ``keypoints``, ``tables``. Everything a table says also stands in a CSV file with the same digits.
"""
