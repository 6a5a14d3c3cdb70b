"""Prints, a line of JSON each, the templates among cfn-lint's own fixtures with what cfn-lint says of them."""

import json
import logging
import os
import sys
from multiprocessing import Pool
from pathlib import Path

import cfnlint.decode
from cfnlint.config import ConfigMixIn, ManualArgs
from cfnlint.core import get_rules
from cfnlint.runner import run_template_by_data

REGION = "us-east-1"
# the folders of whole templates; the others are for rules and configurations of a user's own
FOLDERS = ["bad", "good", "integration", "issues", "public", "quickstart"]

# configuration files are read from the working folder
os.chdir("/")
logging.disable(logging.CRITICAL)
RULES = get_rules([], ["W", "I"], [], {}, False)


def case(job):
    name, path = job
    try:
        document, errors = cfnlint.decode.decode(path)
    except Exception:
        return None
    # what is no template in YAML or JSON, and keys that stand twice, are for who reads the file
    if errors or not isinstance(document, dict):
        return None
    # cfn-lint changes what it is given
    template = json.loads(json.dumps(document, default=str))
    config = ConfigMixIn(**ManualArgs(regions=[REGION], ignore_checks=["W", "I"]))
    matches = run_template_by_data(document, config, RULES)
    found = sorted((it.rule.id, [str(part) for part in getattr(it, "path", None) or []], it.message) for it in matches)
    found = [{"rule": rule, "path": path, "message": message} for rule, path, message in found if rule.startswith("E")]
    return {"name": name, "template": template, "found": found}


def main():
    root = Path(sys.argv[1])
    templates = next(root.glob("*/test/fixtures/templates"))
    files = sorted(it for folder in FOLDERS for it in (templates / folder).rglob("*") if it.suffix in (".json", ".yaml", ".yml"))
    with Pool(2) as pool:
        for it in pool.imap(case, [(str(file.relative_to(templates)), str(file)) for file in files], chunksize=4):
            if it:
                print(json.dumps(it, separators=(",", ":")))


if __name__ == "__main__":
    main()
