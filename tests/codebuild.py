"""Does with a buildspec what CodeBuild does: codebuild.py SOURCE OUTPUT.

Runs the phases in the folder SOURCE, in one shell that stops at the first failure, and zips every artifact into OUTPUT
with the modes of its files.
"""

import glob
import os
import subprocess
import sys
import zipfile

import yaml

PHASES = ["install", "pre_build", "build", "post_build"]


def run(buildspec, source):
    phases = [buildspec["phases"].get(phase, {}) for phase in PHASES]
    commands = [command for phase in phases for command in phase.get("commands", [])]
    variables = buildspec.get("env", {}).get("variables", {})
    subprocess.run(
        ["sh", "-e", "-x", "-c", "\n".join(commands)],
        cwd=source,
        env={**os.environ, **variables, "CODEBUILD_SRC_DIR": source},
        check=True,
    )


def pack(artifact, source, file):
    base = os.path.join(source, artifact.get("base-directory", "."))
    names = {name for pattern in artifact["files"] for name in glob.glob(pattern, root_dir=base, recursive=True)}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(names):
            path = os.path.join(base, name)
            if os.path.isfile(path):
                archive.write(path, name)


def main(source, output):
    with open(os.path.join(source, "buildspec.yml")) as file:
        buildspec = yaml.safe_load(file)
    run(buildspec, source)
    for name, artifact in buildspec["artifacts"]["secondary-artifacts"].items():
        pack(artifact, source, os.path.join(output, f"{name}.zip"))


main(*sys.argv[1:])
