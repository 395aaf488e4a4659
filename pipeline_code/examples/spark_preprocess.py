"""What `pipelines/abalone/preprocess.py` does, for data that one machine cannot carry: PySpark.

Runs in SageMaker's Spark processing container, on as many instances as the job has
(https://docs.aws.amazon.com/sagemaker/latest/dg/use-spark-processing-container.html); executors read
from S3 and write to S3 themselves. `spark_step.py` makes it a step of the pipeline. Worth it from some
hundred million rows on: below that, `preprocess.py` on one core is as fast as some twenty of Spark's.

    spark_preprocess.py --input s3://bucket/data/ --output s3://bucket/Abalone/1 --shards 16

The rows are checked before there is any output, and the outputs are those of `preprocess.py`. What
differs, because no machine sees all rows in their order:

- a row's split is drawn from its content, so it is the same whatever the cluster and the files, and
  equal rows are never in two splits; the shares are 70/15/15 only on average;
- medians are approximate (within a ten-thousandth of the rows);
- files have Spark's names, except `test/test.csv`, which the evaluation looks for;
- a bad row is shown by its file and its text: Spark does not know its number.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

SEX = "sex"
SEXES = ["F", "I", "M"]
MEASUREMENTS = [
    "length",
    "diameter",
    "height",
    "whole_weight",
    "shucked_weight",
    "viscera_weight",
    "shell_weight",
]
LABEL = "rings"
COLUMNS = [SEX, *MEASUREMENTS, LABEL]
OUTPUT_COLUMNS = [LABEL, *MEASUREMENTS, *(f"{SEX}_{sex}" for sex in SEXES)]
MISSING = ["", "NA", "NaN", "nan"]
NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
UNREADABLE = "unreadable"

SEED = 20
PARTS = 20  # of which HELD_OUT go to validation and as many to test
HELD_OUT = 3
MIN_ROWS = 10
MEDIAN_ACCURACY = 10_000
MAX_MESSAGE_BYTES = 1024  # of ExitMessage
EXIT_MESSAGE = Path("/opt/ml/output/message")


class BadDataError(ValueError):
    """The data set cannot be used; the text says where and what is allowed."""


def start() -> SparkSession:
    """The session; the container's `smspark-submit` has set up the cluster."""
    return (
        SparkSession.builder.appName("PreprocessAbaloneData")
        # The empty file _SUCCESS would be a training instance's share of the data.
        .config("spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
        # Otherwise a row's number of columns is not looked at where not all of them are needed.
        .config("spark.sql.csv.parser.columnPruning.enabled", "false")
        .getOrCreate()
    )


def read_text(spark: SparkSession, source: str) -> DataFrame:
    """All rows as text, "" for what is missing."""
    schema = ", ".join(f"{name} STRING" for name in [*COLUMNS, UNREADABLE])
    rows = spark.read.csv(
        source,
        schema=schema,
        mode="PERMISSIVE",
        columnNameOfCorruptRecord=UNREADABLE,
        ignoreLeadingWhiteSpace=True,
        ignoreTrailingWhiteSpace=True,
    )
    filled = [F.coalesce(F.col(name), F.lit("")).alias(name) for name in COLUMNS]
    return rows.select(*filled, UNREADABLE, F.input_file_name().alias("file"))


def check(rows: DataFrame) -> None:
    """Refuse the data set if there is a bad row, and show one."""
    problems = [
        F.when(F.col(UNREADABLE).isNotNull(), F.lit(f"{len(COLUMNS)} columns are needed")),
        _problem(SEX, ~F.col(SEX).isin(SEXES), "allowed are " + ", ".join(SEXES)),
        *(
            _problem(name, ~_missing(name) & ~_finite(name), "a finite number is needed")
            for name in MEASUREMENTS
        ),
        _problem(LABEL, ~_finite(LABEL), "the label is needed in every row, a finite number"),
    ]
    bad = rows.select("file", F.coalesce(*problems).alias("problem"), UNREADABLE, *COLUMNS)
    found = bad.where(F.col("problem").isNotNull()).head()
    if found is not None:
        text = found[UNREADABLE] or ",".join(found[name] for name in COLUMNS)
        raise BadDataError(f"{found['file']}: {found['problem']} (in the row {text[:200]!r})")
    count = rows.count()
    if count < MIN_ROWS:
        raise BadDataError(f"{count} rows; at least {MIN_ROWS} are needed")


def _problem(name: str, bad: Column, allowed: str) -> Column:
    shown = F.when(F.col(name) == "", "missing").otherwise(F.concat(F.lit("'"), name, F.lit("'")))
    return F.when(bad, F.concat(F.lit(f"{name} is "), shown, F.lit(f"; {allowed}")))


def _missing(name: str) -> Column:
    return F.col(name).isin(MISSING)


def _finite(name: str) -> Column:
    number = F.col(name).cast("double")
    return F.col(name).rlike(NUMBER) & (F.abs(number) < float("inf"))


def encode(rows: DataFrame) -> DataFrame:
    """The columns of the outputs, a missing measurement null, and each row's split."""
    numbers = [
        F.when(F.col(name).rlike(NUMBER), F.col(name).cast("double")).alias(name)
        for name in [LABEL, *MEASUREMENTS]
    ]
    sexes = [(F.col(SEX) == sex).cast("int").alias(f"{SEX}_{sex}") for sex in SEXES]
    drawn = F.pmod(F.xxhash64(*COLUMNS, F.lit(SEED)), F.lit(PARTS))
    split = (
        F.when(drawn < HELD_OUT, "test").when(drawn < 2 * HELD_OUT, "validation").otherwise("train")
    )
    return rows.select(*numbers, *sexes, split.alias("split"))


def find_medians(train: DataFrame) -> dict[str, float]:
    """The median of each measurement, of the rows in which it is there."""
    medians = [F.percentile_approx(name, 0.5, MEDIAN_ACCURACY).alias(name) for name in MEASUREMENTS]
    found: dict[str, float | None] = train.agg(*medians).first().asDict()
    known = {name: value for name, value in found.items() if value is not None}
    for name in MEASUREMENTS:
        if name not in known:
            raise BadDataError(f"{name} is missing in every row of the train split")
    return known


def write_csv(rows: DataFrame, directory: str, files: int, *, header: bool = False) -> None:
    """So many files of about the same size, none of them empty where there are rows enough."""
    rows.repartition(files).write.mode("overwrite").csv(directory, header=header, nullValue="")


def rename_only_file(spark: SparkSession, directory: str, name: str) -> None:
    """Give the one file in the directory the name that a later step looks for."""
    hadoop = spark._jvm.org.apache.hadoop.fs
    folder = hadoop.Path(directory)
    system = folder.getFileSystem(spark._jsc.hadoopConfiguration())
    (part,) = [each.getPath() for each in system.globStatus(hadoop.Path(folder, "part-*"))]
    system.rename(part, hadoop.Path(folder, name))


def preprocess(spark: SparkSession, source: str, target: str, shards: int) -> dict[str, object]:
    """Do the whole job; gives what `features.json` is to say."""
    text = read_text(spark, source)
    check(text)
    rows = encode(text).persist()
    train = rows.where(F.col("split") == "train").select(*OUTPUT_COLUMNS)
    medians = find_medians(train)
    counts = {row["split"]: row["count"] for row in rows.groupBy("split").count().collect()}
    parts = {"train": shards, "validation": shards, "test": 1}
    for split, files in parts.items():
        if not 1 <= files <= counts.get(split, 0):
            raise BadDataError(
                f"the {split} split has {counts.get(split, 0)} rows; {files} files are not possible"
            )
    for split, files in parts.items():
        own = rows.where(F.col("split") == split).select(*OUTPUT_COLUMNS)
        write_csv(own.fillna(medians), f"{target}/{split}", files)
    rename_only_file(spark, f"{target}/test", "test.csv")
    write_csv(train, f"{target}/quality", shards, header=True)
    features: list[dict[str, object]] = [
        {"name": name, "imputed": medians[name]} for name in MEASUREMENTS
    ]
    features += [{"name": f"{SEX}_{sex}", "one_hot": sex} for sex in SEXES]
    return {"label": LABEL, "features": features}


def main(arguments: list[str] | None = None) -> int:
    """Run the job; gives the exit code."""
    parser = argparse.ArgumentParser(description="Check, split and encode the Abalone data.")
    parser.add_argument("--input", required=True, help="CSV files: s3://bucket/prefix/")
    parser.add_argument("--output", required=True, help="s3://bucket/prefix, without a slash")
    parser.add_argument("--shards", type=int, default=16, help="files of train and of validation")
    parser.add_argument("--features-dir", type=Path, help="where this machine puts features.json")
    options = parser.parse_args(arguments)
    try:
        features = preprocess(start(), options.input, options.output, options.shards)
    except BadDataError as error:
        sys.stderr.write(f"spark_preprocess.py: {error}\n")
        if EXIT_MESSAGE.parent.is_dir():
            EXIT_MESSAGE.write_text(str(error).encode()[:MAX_MESSAGE_BYTES].decode(errors="ignore"))
        return 1
    if options.features_dir is not None:
        options.features_dir.mkdir(parents=True, exist_ok=True)
        path = options.features_dir / "features.json"
        path.write_text(json.dumps(features, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
