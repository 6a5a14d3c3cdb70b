"""Prints what cfn-lint knows of CloudFormation's resource types, and what IAM's reference says of actions, as one JSON
document.

Runs in an environment that has the pinned cfn-lint, botocore, moto and tzdata; the argument is the folder with the data of IAM.
"""

import importlib.resources
import json
import sys
from pathlib import Path

import botocore.loaders
import cfnlint
from cfnlint.rules import Rules
from cfnlint.rules.formats.FormatKeyword import FormatKeyword
from cfnlint.rules.resources.iam.Policy import Policy
from cfnlint.rules.jsonschema.CfnLintJsonSchema import CfnLintJsonSchema
from cfnlint.rules.jsonschema.CfnLintJsonSchemaRegional import CfnLintJsonSchemaRegional
from cfnlint.schema import Schema

import iam
import reviewed

PACKAGE = Path(cfnlint.__file__).parent

# what checks nothing
DROPPED = {"$comment", "arrayType", "default", "description", "examples", "insertionOrder", "relationshipRef", "title"}
NAMES_TO_SCHEMAS = {"definitions", "patternProperties", "properties"}
SCHEMAS = {"additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"}
LISTS_OF_SCHEMAS = {"allOf", "anyOf", "oneOf", "prefixItems"}
# names of other rules
POINTERS = {"$id", "cfnLint"}
PLAIN = {
    "const", "dependentExcluded", "dependentRequired", "enum", "enumCaseInsensitive", "exclusiveMaximum",
    "exclusiveMinimum", "iamAction", "maxItems", "maxLength", "maxProperties", "maxUniqueItems", "maximum", "minItems", "minLength",
    "minProperties", "minimum", "misspelt", "multipleOf", "pattern", "$ref", "required", "requiredOr", "requiredXor", "retired", "type",
    "uniqueItems", "uniqueKeys",
}
FORMATS = {"date-time", "ipv4", "ipv4-network", "ipv6", "ipv6-network"}

# lists of a day: a type or version that AWS adds tomorrow would be refused although CloudFormation takes it
GROWING = {
    "E3062": "instance classes of RDS instances",
    "E3690": "engine versions of RDS clusters",
    "E3691": "engine versions of RDS instances",
    "E3695": "engine versions of ElastiCache clusters",
}
# what AWS takes and cfn-lint does not: an image by the name of a parameter of Systems Manager
WIDER_FORMATS = {"AWS::EC2::Image.Id": r"^(ami-([0-9a-z]{8}|[0-9a-z]{17})|resolve:ssm:.+)$"}


def roles_by_name(schema):
    """ECS takes a role's name, too: API_RegisterTaskDefinition, and aws-actions/amazon-ecs-render-task-definition#19."""
    for name in ("ExecutionRoleArn", "TaskRoleArn"):
        del schema["properties"][name]["format"]


WIDER_TYPES = {
    # without a VPC a group is in the default one, and has rules for what goes out all the same
    "AWS::EC2::SecurityGroup": lambda schema: schema.pop("dependentRequired"),
    "AWS::ECS::DaemonTaskDefinition": roles_by_name,
    "AWS::ECS::TaskDefinition": roles_by_name,
    # SNS looks for the key when there is something to encrypt: API_CreateTopic has no error of KMS
    "AWS::SNS::Topic": lambda schema: schema["properties"]["KmsMasterKeyId"].pop("anyOf"),
}
# where all protocols are meant, ports mean nothing, by the documentation of `IpProtocol`
WIDER_RULES = {
    "E3688": lambda schema: {
        "if": {"properties": {"IpProtocol": {"enum": [-1, "-1"]}}, "required": ["IpProtocol"]}, "else": schema,
    },
}
# IAM takes wildcards anywhere in an ARN, and a session or a federated user as principal
WIDER_POLICY = {
    "AwsArn": {"pattern": r"^([*?].*|arn:.*[*?].*|arn:[^:]+:[^:]+:[^:]*(:(\d{12}|aws)?:.+)?)$"},
    "AwsPrincipalArn": {"anyOf": [
        {"const": "*"},
        {"pattern": r"^\d{12}$"},
        {"pattern": r"^A(ID|RO)A[A-Z0-9]{12,}$"},
        {"pattern": r"^arn:aws[a-z-]*:(iam|sts)::(\d{12}|cloudfront):.+"},
    ]},
}
# their code does no more than word the messages
REWORDED = {
    "E3046", "E3048", "E3501", "E3663", "E3681", "E3682", "E3683", "E3684", "E3692", "E3693", "E3719",
}
# what is not looked at, beside the rules about single resources that are found to be left out
LEFT_OUT = {
    "E0000": "who reads the file finds what is no JSON, and keys that stand twice",
    "E0001": "SAM's transform is not run",
    "E0002": "an error inside of cfn-lint",
    "E1002": "the size is known to who deploys the file",
    "E1005": "a transform may be any macro of the account",
    "E1015": "what a region is called on a day",
    "E1027": "secure references are let through",
    "E1028": "its form is looked at; a branch that is never taken does no harm",
    "E1051": "secrets are let through where CloudFormation may read them one day",
    "E1052": "parameters of Systems Manager are let through where CloudFormation may read them one day",
    "E1701": "rules of a template are not looked at",
    "E1702": "rules of a template are not looked at",
    "E2010": "the number of parameters is looked at where a template is made",
    "E2529": "is about more than one resource",
    "E3001": "a resource's attributes are looked at; what a module may have is the registry's to say",
    "E3009": "metadata are read by cfn-init, not by CloudFormation",
    "E3010": "the number of resources is looked at where a template is made",
    "E3026": "is about more than one resource",
    "E3028": "metadata are let through",
    "E3038": "SAM's resources are let through without the transform, which a parent may give",
    "E3043": "a nested stack's file may be elsewhere",
    "E3049": "is about more than one resource",
    "E3050": "is about more than one resource",
    "E3059": "is about more than one resource",
    "E3060": "is about more than one resource",
    "E3064": "is about more than one resource",
    "E3066": "SAM's attributes are let through",
    "E3514": "resources of policies are looked at as in other policies",
    "E3697": "the size of variables is looked at where a function is made",
    "E3716": "the length of an ARN by region",
    "E3724": "`Globals` are SAM's",
    "E4001": "metadata are let through",
    "E4002": "metadata are let through",
    "E5001": "their `CreationPolicy` and `UpdatePolicy` are looked at; properties and metadata of modules are for the registry to check",
    "E6010": "the number of outputs is looked at where a template is made",
    "E7010": "the number of mappings is looked at where a template is made",
}
# what needs another resource, or what stands for the template's own functions
BEYOND_ONE_RESOURCE = {"$data", "cfnContext", "cfnGather"}


def main():
    rules = Rules.create_from_directory(str(PACKAGE / "rules"))
    formats = {rule.format_keyword: rule.pattern for rule in rules.values() if isinstance(rule, FormatKeyword)}
    formats |= WIDER_FORMATS
    tags = json.loads((PACKAGE / "data/schemas/other/resources/tagging.json").read_text("utf-8"))
    types = {}
    left_out = {}
    for schema in schemas():
        WIDER_TYPES.get(schema["typeName"], lambda schema: None)(schema)
        it = types[schema["typeName"]] = resource_type(schema, formats, left_out)
        if schema.get("tagging", {}).get("taggable"):
            it["rules"].append({"path": [], "message": "", "schema": clean(tags, formats, left_out)})
    extensions(rules, types, formats, left_out)
    text = (Path(__file__).parent / "reviewed.json").read_text("utf-8")
    for name, path, schema in reviewed.rules(reviewed.table(text), botocore.loaders.Loader()):
        types[name]["rules"].append({"path": path, "message": "", "schema": schema})
    for name in ("AWS::Lambda::Function", "AWS::Serverless::Function"):
        types[name]["rules"].append({"path": ["Runtime"], "message": "", "schema": {"retired": runtimes(text)}})
    policies = json.loads((PACKAGE / "data/AdditionalSpecs/Policies.json").read_text("utf-8"))
    spelling = spellings(types)
    spell = lambda service, name: spelling.get(f"{service}:{name}", spelling.get(name, name))
    services = iam.services(Path(sys.argv[1]), policies, spell)
    reviewed.add_actions(text, services)
    for identifier, reason in LEFT_OUT.items():
        left_out["rules"][identifier] = f"{rules[identifier].shortdesc}: {reason}"
    managed = iam.managed_policies(PACKAGE.parent / "moto", json.loads(text)["managedPolicies"]["names"])
    document = {"types": types, "iam": services, "managed": managed, "leftOut": left_out}
    document |= {"regions": regions(), "zones": zones(), "conditional": conditional(types)}
    json.dump(document, sys.stdout, sort_keys=True, separators=(",", ":"))


def schemas():
    """One schema of each type: types have several that differ by region, and the first region has all that is new."""
    folder = PACKAGE / "data/schemas"
    provided = json.loads((folder / "providers/us-east-1.json").read_text("utf-8"))
    found = {}
    for path in sorted((folder / "resources").glob("*.json")):
        schema = json.loads(path.read_text("utf-8"))
        if provided.get(schema["typeName"], path.stem) == path.stem:
            found[schema["typeName"]] = schema
    return [it for _, it in sorted(found.items())]


def resource_type(schema, formats, left_out):
    handlers = schema.get("handlers", {})
    tagging = schema.get("tagging", {})
    definitions = {name: clean(it, formats, left_out) for name, it in schema.get("definitions", {}).items()}
    root = clean({key: it for key, it in schema.items() if key != "definitions"}, formats, left_out, top=True)
    return {
        "schema": {**root, "type": "object", "definitions": definitions},
        "attributes": sorted(attribute(name) for name in Schema(schema).get_atts.keys()),
        "readOnly": sorted(map(dotted, read_only(schema))),
        "writeOnly": sorted(map(dotted, schema.get("writeOnlyProperties", []))),
        "createOnly": sorted(map(dotted, schema.get("createOnlyProperties", []))),
        "conditional": sorted(map(dotted, schema.get("conditionalCreateOnlyProperties", []))),
        "primaryIdentifier": [dotted(path) for path in schema.get("primaryIdentifier", [])],
        "handlers": {name: sorted(set(it.get("permissions", []))) for name, it in handlers.items()},
        "systemTags": tagging.get("cloudFormationSystemTags", False) is True,
        "taggable": tagging.get("taggable", schema.get("taggable", False)) is True,
        "tagOnCreate": tagging.get("tagOnCreate", False) is True,
        "tagProperty": dotted(tagging.get("tagProperty", "")),
        "tagPermissions": sorted(set(tagging.get("permissions", []))),
        "rules": [],
    }


def read_only(schema):
    """The properties that only the service sets.

    A few schemas list one that is given as well: what is written when the resource is created, is written only, or is
    required cannot be refused.
    """
    given = set(schema.get("createOnlyProperties", []) + schema.get("writeOnlyProperties", []))
    given.update(f"/properties/{name}" for name in schema.get("required", []))
    return [path for path in schema.get("readOnlyProperties", []) if path not in given]


def dotted(pointer):
    return ".".join(part for part in pointer.split("/")[2:])


# cfn-lint's attributes are regular expressions, and only `.*` is used of them
def attribute(expression):
    if "\\" not in expression and expression != ".*":
        return expression
    return "*".join(part.replace("\\.", ".") for part in expression.split(".*"))


def clean(schema, formats, left_out, top=False):
    if isinstance(schema, bool):
        return schema
    result = {}
    for key, value in schema.items():
        if key in NAMES_TO_SCHEMAS:
            result[key] = {name: clean(it, formats, left_out) for name, it in value.items()}
        elif key in SCHEMAS:
            result[key] = clean(value, formats, left_out)
        elif key in LISTS_OF_SCHEMAS:
            result[key] = [clean(it, formats, left_out) for it in value]
        elif key == "format":
            # what resources are, such as `AWS::EC2::VPC.Id`, says which may be referred to
            if value in FORMATS or value.startswith("AWS::"):
                result[key] = value
            if value in formats:
                result["formatPattern"] = formats[value]
        elif key == "dependencies":
            # the older word for `dependentRequired` and for a schema that depends on a property
            for name, it in value.items():
                if isinstance(it, list):
                    result.setdefault("dependentRequired", {})[name] = it
                else:
                    then = clean(it, formats, left_out)
                    result.setdefault("allOf", []).append({"if": {"required": [name]}, "then": then})
        elif key in PLAIN:
            # draft 4 wrote `exclusiveMaximum: true` beside `maximum`
            if not (key.startswith("exclusive") and isinstance(value, bool)):
                result[key] = value
        elif key not in DROPPED | POINTERS and not top:
            left_out.setdefault("keywords", {}).setdefault(key, 0)
            left_out["keywords"][key] += 1
    return result


def extensions(rules, types, formats, left_out):
    """Adds cfn-lint's own schemas, each to the property paths of the types that it is about."""
    for identifier, rule in sorted(rules.items()):
        paths = [path.split("/") for path in getattr(rule, "keywords", None) or []]
        paths = [path for path in paths if path[0] == "Resources" and path[2:3] == ["Properties"] and path[1] in types]
        if isinstance(rule, Policy):
            for path in paths:
                schema = clean(policy(rule.identity_schema, path[1]), formats, left_out)
                types[path[1]]["rules"].append({"path": path[3:], "message": "", "schema": schema})
        if not identifier.startswith("E") or not isinstance(rule, CfnLintJsonSchema) or rule._use_schema_arg or not paths:
            continue
        reason = reason_to_leave_out(identifier, rule)
        if reason:
            left_out.setdefault("rules", {})[identifier] = f"{rule.shortdesc}: {reason}"
            continue
        schema = clean(WIDER_RULES.get(identifier, lambda schema: schema)(rule.schema), formats, left_out)
        for path in paths:
            types[path[1]]["rules"].append({"path": path[3:], "message": rule.shortdesc, "schema": schema})


def policy(schema, type_name):
    """A policy document's schema in one piece: cfn-lint has what all sorts of policies share in a file of its own."""
    shared = json.loads((PACKAGE / "data/schemas/other/iam/policy.json").read_text("utf-8"))
    schema = moved(schema, "policy#", "#/definitions/policy")
    # a policy can be text, too
    schema["type"] = ["object", "string"]
    # S3 takes statements of the same Sid
    if type_name == "AWS::S3::BucketPolicy":
        del schema["properties"]["Statement"]["uniqueKeys"]
    shared["definitions"] |= WIDER_POLICY
    action = shared["definitions"]["Action"]
    action["iamAction"] = action["items"]["iamAction"] = True
    schema["definitions"]["policy"] = moved(shared, "#", "#/definitions/policy")
    return schema


def moved(schema, before, after):
    if isinstance(schema, dict):
        return {
            key: after + value.removeprefix(before) if key == "$ref" and value.startswith(before) else moved(value, before, after)
            for key, value in schema.items()
        }
    if isinstance(schema, list):
        return [moved(it, before, after) for it in schema]
    return schema


def reason_to_leave_out(identifier, rule):
    if identifier in GROWING:
        return GROWING[identifier]
    if isinstance(rule, CfnLintJsonSchemaRegional):
        return "what exists in a region on a day"
    defining = next(it for it in type(rule).__mro__ if "validate" in it.__dict__)
    if defining is not CfnLintJsonSchema and identifier not in REWORDED:
        return "is about a language of its own"
    if BEYOND_ONE_RESOURCE & set(keys(rule.schema)):
        return "is about more than one resource"
    return None


def keys(schema):
    if isinstance(schema, dict):
        for key, value in schema.items():
            yield key
            yield from keys(value)
    elif isinstance(schema, list):
        for it in schema:
            yield from keys(it)


def regions():
    """The regions of all partitions; `aws-global` and the like are none."""
    partitions = botocore.loaders.Loader().load_data("partitions")["partitions"]
    names = {name for partition in partitions for name in partition["regions"]}
    return sorted(name for name in names if not name.endswith("-global"))


def conditional(types):
    """The few types with properties whose change replaces the resource in some cases, a line each with these properties."""
    return [" ".join([name, *it["conditional"]]) for name, it in sorted(types.items()) if it["conditional"]]


def zones():
    """The names of the time zone database; `Factory` is that of a clock that nobody has set."""
    names = (importlib.resources.files("tzdata") / "zones").read_text("utf-8").split()
    return sorted(name for name in names if name != "Factory")


def runtimes(text):
    """The runtimes that Lambda had retired on the day of the review, and what follows from it."""
    lifecycles = json.loads((PACKAGE / "data/AdditionalSpecs/LmbdRuntimeLifecycle.json").read_text("utf-8"))
    day = json.loads(text)["runtimes"]["reviewed"]
    return {
        name: f"Lambda takes no new functions of it from {it['create-block']} on and no updates from {it['update-block']} on"
        + (f"; use `{it['successor']}`" if it["successor"] else "")
        for name, it in sorted(lifecycles.items())
        if it["deprecated"] <= day and it["create-block"]
    }


def spellings(types):
    """How actions are written: cfn-lint has them in lower case.

    Schemas' permissions come before the names of API operations; a name alone, of any service, is the last resort.
    """
    found = {}
    loader = botocore.loaders.Loader()
    for service in sorted(loader.list_available_services("service-2")):
        model = loader.load_service_model(service, "service-2")
        metadata = model["metadata"]
        prefixes = {service, metadata["endpointPrefix"], metadata.get("signingName", service)}
        for operation in sorted(model["operations"]):
            found.setdefault(operation.lower(), operation)
            for prefix in prefixes:
                found.setdefault(f"{prefix}:{operation.lower()}", operation)
    for _, it in sorted(types.items()):
        for permission in sorted(it["tagPermissions"] + sum(it["handlers"].values(), [])):
            prefix, _, name = permission.partition(":")
            if name and name[0].isupper() and "*" not in name:
                found[f"{prefix}:{name.lower()}"] = name
    return found


main()
