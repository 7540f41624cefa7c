"""What a process keeps of loaded data."""

import pytest

from fitscope.datasets import locate
from fitscope.studies import work


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(work, "_data", {})


@pytest.fixture
def located(tmp_path):
    lines = ["size,price,kind", *(f"{i},{i * 1.5},{'ab'[i % 2]}" for i in range(40))]
    (tmp_path / "houses.csv").write_text("\n".join(lines))
    return lambda target: locate(tmp_path / "houses.csv", options={"target": target})


def test_one_table_with_another_target_is_other_data(located, plan):
    plans = {target: plan.replace(data_sha256=located(target).sha256, options={"target": target}) for target in ("price", "kind")}
    assert [work.data_of(located(target), p).task for target, p in plans.items()] == ["regression", "binary"]
    assert work.data_of(located("price"), plans["price"]) is work.data_of(located("price"), plans["price"])


def test_data_is_kept_for_plans_that_read_it_alike(plan, data, monkeypatch):
    monkeypatch.setattr(work.datasets, "load", lambda located, num_words: num_words)
    work.keep(data, plan)
    assert work.data_of(None, plan.replace(seed=3)) is data
    assert work.data_of(None, plan.replace(num_words=500)) == 500
