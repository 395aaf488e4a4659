"""What the model registry knows of a version, and the files that it points to.

For people who choose between versions: `compare_versions` shows two of them side by side, `baselines`
shows and adjusts the baselines that a version brings. Both ask AWS alone, so they need no checkout of
the commit that trained the version, and work for versions that somebody else has trained.

    aws               clients, and refusals in one sentence
    version           a version of a group, as DescribeModelPackage has it
    execution         the pipeline execution that registered it
    facts             everything that is compared, gathered from these
    check_facts       of it, what the five checks did
    side_by_side      two versions' facts as a page of text
    baseline_file     a baseline in S3, its history, and writing both
    constraint_path   one value in a constraints file, by its path
    adjustment        a constraints file with wider thresholds, or with another value
    baseline_page     a baseline as a person reads it
"""
