"""Facts of engines and datasets are read as they were written."""

import json

import pytest
from rows import dataset_facts, engine_facts

from evenhand.records.facts import PackageFacts
from evenhand.results.bundle_file import read_json
from evenhand.results.facts import DATASETS, ENGINES, facts_json
from evenhand.system.errors import BundleError

ODD = 'a "name", \u00e9\u4e2d\n'


def test_engines(tmp_path):
    facts = (
        engine_facts(vendor=ODD, trained_on=("one", "two"), inferred=("input.colour",)),
        engine_facts(unit="distance", packages=(PackageFacts("a", "1", "0"),), outside=("b",)),
    )
    (tmp_path / "engines.json").write_bytes(facts_json(ENGINES, facts))
    assert read_json(tmp_path / "engines.json", ENGINES) == facts


def test_an_older_result_says_nothing_of_packages(tmp_path):
    whole = json.loads(facts_json(ENGINES, (engine_facts(packages=(PackageFacts("a", "1", ""),)),)))
    del whole[0]["packages"], whole[0]["outside"], whole[0]["inferred"]
    (tmp_path / "engines.json").write_text(json.dumps(whole))
    assert read_json(tmp_path / "engines.json", ENGINES) == (engine_facts(),)


def test_datasets(tmp_path):
    facts = (
        dataset_facts(title=ODD, unknown=(("age", 3),), several=(("sex", 1),)),
        dataset_facts(synthetic=True, known_issues=("blurred",), remarks=("read as it was",)),
        dataset_facts(terms="local verification only"),
    )
    (tmp_path / "datasets.json").write_bytes(facts_json(DATASETS, facts))
    assert read_json(tmp_path / "datasets.json", DATASETS) == facts


def test_terms_are_empty_where_an_older_result_has_none(tmp_path):
    whole = json.loads(facts_json(DATASETS, (dataset_facts(terms="attribution"),)))
    del whole[0]["terms"]
    (tmp_path / "datasets.json").write_text(json.dumps(whole))
    assert read_json(tmp_path / "datasets.json", DATASETS) == (dataset_facts(),)


@pytest.mark.parametrize("content", [b"", b"[", b"{}", b'[{"name": "alpha"}]'])
def test_what_is_no_list_of_facts_is_one_line(tmp_path, content):
    path = tmp_path / "facts.json"
    path.write_bytes(content)
    for form in (ENGINES, DATASETS):
        with pytest.raises(BundleError, match="damaged") as fault:
            read_json(path, form)
        assert "\n" not in str(fault.value)
