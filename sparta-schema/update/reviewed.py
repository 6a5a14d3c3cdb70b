"""What the schemas leave open and AWS's other documents say: enums of the services' own models, pipelines' actions, and
actions of IAM's that its reference leaves out.
"""

import json

import iam

# property, and where the service's model has its values
ENUMS = [
    ("AWS::CodeBuild::Project", ["Environment", "ComputeType"], "codebuild", "ComputeType"),
    ("AWS::CodeBuild::Project", ["Environment", "Type"], "codebuild", "EnvironmentType"),
    *(
        ("AWS::CodePipeline::Pipeline", ["Stages", "*", place, "Conditions", "*", "Result"], "codepipeline", "Result")
        for place in ("BeforeEntry", "OnFailure", "OnSuccess")
    ),
]
# these take a template out of an artifact
TEMPLATE_MODES = ["CHANGE_SET_REPLACE", "CREATE_UPDATE", "REPLACE_ON_FAILURE"]
CHANGE_SET_MODES = ["CHANGE_SET_EXECUTE", "CHANGE_SET_REPLACE"]
MODES = sorted({*TEMPLATE_MODES, *CHANGE_SET_MODES, "DELETE_ONLY"})


def rules(table, loader):
    """The type, path and schema of each."""
    for type_name, path, service, shape in ENUMS:
        values = loader.load_service_model(service, "service-2")["shapes"][shape]["enum"]
        yield type_name, path, {"enum": sorted(values)}
    action = {"allOf": [*providers(table), *map(configuration, table), cloudformation()]}
    yield "AWS::CodePipeline::Pipeline", ["Stages", "*", "Actions", "*"], action


def providers(table):
    owners = sorted({(it.get("owner", "AWS"), it["category"]) for it in table})
    for owner, category in owners:
        known = sorted(it["provider"] for it in table if (it.get("owner", "AWS"), it["category"]) == (owner, category))
        then = {"properties": {"ActionTypeId": {"properties": {"Provider": {"misspelt": known}}}}}
        yield {"if": action_type({"Owner": owner, "Category": category}), "then": then}


def configuration(action):
    if "configuration" not in action:
        return True
    keys = {"additionalProperties": False, "properties": {name: True for name in action["configuration"]}}
    then = {"properties": {"Configuration": {**keys, "required": action["required"]} if "required" in action else keys}}
    if "required" in action:
        then["required"] = ["Configuration"]
    names = {"Owner": action.get("owner", "AWS"), "Category": action["category"], "Provider": action["provider"]}
    return {"if": action_type(names), "then": then}


def cloudformation():
    def mode(modes):
        return {"required": ["Configuration"], "properties": {"Configuration": {
            "type": "object", "required": ["ActionMode"], "properties": {"ActionMode": {"enum": modes}},
        }}}

    template = {
        "required": ["InputArtifacts"],
        "properties": {"InputArtifacts": {"minItems": 1}, "Configuration": {"required": ["TemplatePath"]}},
    }
    change_set = {"properties": {"Configuration": {"required": ["ChangeSetName"]}}}
    then = {"allOf": [
        {"properties": {"Configuration": {"properties": {"ActionMode": {"enum": MODES}}}}},
        {"if": mode(TEMPLATE_MODES), "then": template},
        {"if": mode(CHANGE_SET_MODES), "then": change_set},
    ]}
    return {"if": action_type({"Owner": "AWS", "Category": "Deploy", "Provider": "CloudFormation"}), "then": then}


def action_type(names):
    properties = {name: {"const": value} for name, value in names.items()}
    return {
        "required": ["ActionTypeId"],
        "properties": {"ActionTypeId": {"required": sorted(names), "properties": properties}},
    }


def table(text):
    return json.loads(text)["actions"]


def add_actions(text, services):
    """What IAM demands and its reference leaves out."""
    for it in json.loads(text)["iam"]:
        services[it["service"]]["actions"] |= {name: iam.plain_action(it["level"], it["resources"]) for name in it["actions"]}
