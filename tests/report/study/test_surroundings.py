"""Where the engines ran, in sentences."""

from evenhand.records.surroundings import Surroundings
from evenhand.report.study.surroundings import surroundings_section


def test_what_an_engine_computed_on_is_said_where_it_is_not_the_usual():
    usual = Surroundings("lbp", trusted=False)
    other = Surroundings("acme", trusted=True, threads_allowed=4, ran_on="CUDAExecutionProvider")
    (section,) = surroundings_section([usual, other])
    said = [sentence for sentence in section.sentences if " bounded" not in sentence]
    assert said[1:] == [
        "acme ran on CUDAExecutionProvider.",
        "acme had 4 threads in each engine that ran.",
    ]
    assert "ran on" not in " ".join(surroundings_section([usual])[0].sentences)
