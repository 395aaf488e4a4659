"""Tuning jobs start training jobs, judge them, and name the best."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current

from .conftest import Tunings

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html"
)
# Says its hyperparameter as its score.
SAYS = "import sys; print('score=' + sys.argv[-1], sys.argv)"
WAITS = "import threading; print('waiting', flush=True); threading.Event().wait()"


def test_the_best_of_all_combinations_is_named(tunings: Tunings) -> None:
    described = tunings.run(SAYS, Tags=[{"Key": "team", "Value": "a"}])
    assert described["HyperParameterTuningJobStatus"] == "Completed", described
    best = described["BestTrainingJob"]
    assert best["TunedHyperParameters"] == {"x": "3"}
    assert best["FinalHyperParameterTuningJobObjectiveMetric"] == {
        "Type": "Maximize",
        "MetricName": "score",
        "Value": 3.0,
    }
    assert described["TrainingJobStatusCounters"]["Completed"] == 3
    assert described["ObjectiveStatusCounters"] == {"Succeeded": 3, "Pending": 0, "Failed": 0}
    trials = tunings.trials()
    assert [each["TunedHyperParameters"]["x"] for each in trials] == ["1", "3", "2"]
    for number, each in enumerate(trials, start=1):
        assert each["TrainingJobName"].startswith(f"{tunings.name}-{number:03d}-")
    trained = tunings.sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
    assert trained["TuningJobArn"] == described["HyperParameterTuningJobArn"]
    assert trained["HyperParameters"]["_tuning_objective_metric"] == "score"
    tags = tunings.sagemaker.list_tags(ResourceArn=trained["TrainingJobArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "a"}]
    (line,) = [
        line
        for line in tunings.service.log("/aws/sagemaker/TrainingJobs", best["TrainingJobName"])
        if "score" in line
    ]
    assert line == "score=3 ['script.py', '-x', '3']"


def test_the_least_can_be_the_best(tunings: Tunings) -> None:
    objective = {"Type": "Minimize", "MetricName": "score"}
    described = tunings.run(SAYS, {"HyperParameterTuningJobObjective": objective})
    assert described["BestTrainingJob"]["TunedHyperParameters"] == {"x": "1"}


def test_training_jobs_are_listed_by_their_score(tunings: Tunings) -> None:
    tunings.run(SAYS)
    for order, values in (("Descending", ["3", "2", "1"]), ("Ascending", ["1", "2", "3"])):
        listed = tunings.trials(SortBy="FinalObjectiveMetricValue", SortOrder=order)
        assert [each["TunedHyperParameters"]["x"] for each in listed] == values
    assert len(tunings.trials(MaxResults=2)) == 2
    assert tunings.trials(StatusEquals="Failed") == []


def test_random_search_tries_as_many_as_it_may(tunings: Tunings) -> None:
    ranges = {"IntegerParameterRanges": [{"Name": "x", "MinValue": "1", "MaxValue": "9"}]}
    limits = {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 4}
    config = {"Strategy": "Random", "ParameterRanges": ranges, "ResourceLimits": limits}
    described = tunings.run(SAYS, config)
    tried = [int(each["TunedHyperParameters"]["x"]) for each in tunings.trials()]
    assert len(tried) == 4
    best = described["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    assert best == max(tried)


def test_one_success_is_enough(tunings: Tunings) -> None:
    described = tunings.run(SAYS + "; sys.exit(int(sys.argv[-1]) > 1)")
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert described["BestTrainingJob"]["TunedHyperParameters"] == {"x": "1"}
    assert described["TrainingJobStatusCounters"]["NonRetryableError"] == 2


def test_a_job_whose_training_jobs_all_fail_fails(tunings: Tunings) -> None:
    described = tunings.run("raise SystemExit(1)")
    assert described["HyperParameterTuningJobStatus"] == "Failed"
    assert described["FailureReason"].startswith("All training jobs have failed.")
    assert "BestTrainingJob" not in described


def test_it_does_not_go_on_failing(tunings: Tunings) -> None:
    values = [{"Name": "x", "Values": [str(number) for number in range(12)]}]
    ranges = {"ParameterRanges": {"CategoricalParameterRanges": values}}
    limits = {"ResourceLimits": {"MaxParallelTrainingJobs": 1}}
    described = tunings.run("raise SystemExit(1)", {**ranges, **limits})
    assert described["FailureReason"].startswith("No training job succeeded after 5 attempts.")
    assert len(tunings.trials()) == 5


def test_a_job_without_the_metric_fails(tunings: Tunings) -> None:
    described = tunings.run("print('nothing')")
    assert described["FailureReason"].startswith(
        "No objective metrics found after running 3 training jobs."
    )


def test_no_more_run_at_a_time_than_may_and_stopping_stops_them(tunings: Tunings) -> None:
    request = tunings.request(WAITS)
    arn = tunings.sagemaker.create_hyper_parameter_tuning_job(**request)[
        "HyperParameterTuningJobArn"
    ]

    def both_run() -> bool:
        details = [
            tunings.sagemaker.describe_training_job(TrainingJobName=each["TrainingJobName"])
            for each in tunings.trials()
        ]
        return [each["SecondaryStatus"] for each in details] == ["Training"] * 2

    assert current().changes.wait_until(both_run, 30)
    name = request["HyperParameterTuningJobName"]
    tunings.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    described = tunings.ended()
    assert described["HyperParameterTuningJobStatus"] == "Stopped"
    assert described["TrainingJobStatusCounters"]["Stopped"] == 2
    assert len(tunings.trials()) == 2
    events = tunings.service.events(
        arn, lambda each: each.get("HyperParameterTuningJobStatus") == "Stopped"
    )
    assert [event["detail"]["HyperParameterTuningJobStatus"] for event in events] == [
        "InProgress",
        "Stopping",
        "Stopped",
    ]
    with pytest.raises(ClientError, match="tuning job is in status Stopped"):
        tunings.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)


def test_a_job_is_listed_and_unique(tunings: Tunings) -> None:
    tunings.run(SAYS)
    listed = tunings.sagemaker.list_hyper_parameter_tuning_jobs(NameContains=tunings.name)
    (summary,) = listed["HyperParameterTuningJobSummaries"]
    assert summary["Strategy"] == "Grid"
    assert summary["HyperParameterTuningJobArn"].endswith(
        f":hyper-parameter-tuning-job/{tunings.name}"
    )
    with pytest.raises(ClientError, match="with this name already exists"):
        tunings.sagemaker.create_hyper_parameter_tuning_job(**tunings.request(SAYS))


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"Strategy": "Bayesian"}, "Strategy 'Bayesian'; supported: Grid, Random"),
        ({"Strategy": "Hyperband"}, "Strategy 'Hyperband'; supported: Grid, Random"),
        ({"TrainingJobEarlyStoppingType": "Auto"}, "'Auto'; supported: Off"),
        (
            {"TuningJobCompletionCriteria": {"TargetObjectiveMetricValue": 1.0}},
            "member 'HyperParameterTuningJobConfig.TuningJobCompletionCriteria'",
        ),
        (
            {"ResourceLimits": {"MaxParallelTrainingJobs": 1, "MaxRuntimeInSeconds": 200}},
            "ResourceLimits.MaxRuntimeInSeconds'; supported: ",
        ),
        (
            {"HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "other"}},
            "The objective metric 'other' is none of the training job's metrics: score",
        ),
        (
            {
                "ParameterRanges": {
                    "CategoricalParameterRanges": [{"Name": "sagemaker_program", "Values": ["a"]}]
                }
            },
            "both name sagemaker_program",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(
    tunings: Tunings, config: dict[str, Any], said: str
) -> None:
    with pytest.raises(ClientError, match=said) as caught:
        tunings.sagemaker.create_hyper_parameter_tuning_job(**tunings.request(SAYS, config))
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_a_warm_start_and_an_absent_job_are_refused(tunings: Tunings) -> None:
    warm = {
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "a"}],
        "WarmStartType": "TransferLearning",
    }
    with pytest.raises(ClientError, match="member 'WarmStartConfig'"):
        tunings.sagemaker.create_hyper_parameter_tuning_job(
            **tunings.request(SAYS, WarmStartConfig=warm)
        )
    with pytest.raises(ClientError, match="Could not find requested job with name: "):
        tunings.describe()
