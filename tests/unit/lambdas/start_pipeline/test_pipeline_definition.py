"""Which parameters a definition declares."""

from __future__ import annotations

import json

import pytest

from tests.unit.lambdas.assets import asset

definitions = asset("start_pipeline").module("pipeline_definition")
jobs = asset("start_pipeline").module("slipway_shared.codepipeline_job")


def test_parameters_have_their_defaults_as_texts() -> None:
    definition = {
        "Version": "2020-12-01",
        "Parameters": [
            {"Name": "InputDataUrl", "Type": "String", "DefaultValue": "s3://b/k"},
            {"Name": "SkipDataBiasCheck", "Type": "Boolean", "DefaultValue": False},
            {"Name": "Count", "Type": "Integer", "DefaultValue": 1},
            {"Name": "NoDefault", "Type": "String"},
        ],
        "Steps": [],
    }
    assert definitions.declared_parameters(json.dumps(definition)) == {
        "InputDataUrl": "s3://b/k",
        "SkipDataBiasCheck": "False",
        "Count": "1",
        "NoDefault": None,
    }


@pytest.mark.parametrize("definition", ['{"Steps": []}', '{"Parameters": null}'])
def test_a_pipeline_may_have_none(definition: str) -> None:
    assert definitions.declared_parameters(definition) == {}


@pytest.mark.parametrize("definition", ["", "[]", '{"Parameters": [{}]}', '{"Parameters": [1]}'])
def test_what_is_no_definition_is_said(definition: str) -> None:
    with pytest.raises(jobs.JobFailure, match="the pipeline's definition cannot be read: "):
        definitions.declared_parameters(definition)
