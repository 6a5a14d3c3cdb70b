"""Does with a buildspec what CodeBuild does: codebuild.py BUILDSPEC OUTPUT SOURCE [NAME=SOURCE...].

Runs the phases in the folder of the first source, in one shell that stops at the first failure, and zips every artifact
into OUTPUT with the modes of its files; an only one is called Artifact. A source is a folder, or an archive, whose files
lose their modes.
"""

import glob
import os
import subprocess
import sys
import tempfile
import zipfile

import yaml

PHASES = ["install", "pre_build", "build", "post_build"]


def run(buildspec, folder, environment):
    phases = [buildspec["phases"].get(phase, {}) for phase in PHASES]
    commands = [command for phase in phases for command in phase.get("commands", [])]
    environment = {**environment, **buildspec.get("env", {}).get("variables", {})}
    subprocess.run(["sh", "-e", "-x", "-c", "\n".join(commands)], cwd=folder, env=environment, check=True)


def pack(artifact, environment, file):
    base = artifact.get("base-directory", ".")
    for name, value in environment.items():
        base = value if base == f"${name}" else base
    base = os.path.join(environment["CODEBUILD_SRC_DIR"], base)
    names = {name for pattern in artifact["files"] for name in glob.glob(pattern, root_dir=base, recursive=True)}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(names):
            path = os.path.join(base, name)
            if os.path.isfile(path):
                archive.write(path, name)


def folder(source, place):
    if os.path.isdir(source):
        return source
    zipfile.ZipFile(source).extractall(place)
    return place


def main(buildspec, output, source, *others):
    with open(buildspec) as file:
        buildspec = yaml.safe_load(file)
    with tempfile.TemporaryDirectory() as place:
        source = folder(source, os.path.join(place, "source"))
        environment = {**os.environ, "CODEBUILD_SRC_DIR": source}
        for name, other in (other.split("=", 1) for other in others):
            environment[f"CODEBUILD_SRC_DIR_{name}"] = folder(other, os.path.join(place, name))
        run(buildspec, source, environment)
        artifacts = buildspec["artifacts"]
        for name, artifact in artifacts.get("secondary-artifacts", {"Artifact": artifacts}).items():
            pack(artifact, environment, os.path.join(output, f"{name}.zip"))


main(*sys.argv[1:])
