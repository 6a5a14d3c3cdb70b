"""What a change of a template allows more than before. Templates are compared as they are written: nothing in them runs."""
import json
import re

IDENTITIES = ("AWS::IAM::Role", "AWS::IAM::User")
POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
# What of them is compared as permissions, and not as it is written.
JUDGED = ("Policies", "PolicyDocument", "AssumeRolePolicyDocument", "ManagedPolicyArns", "Roles", "Users", "Groups")
HARMLESS = (
    r"\w+\.Properties\.Description",
    r"\w+\.DependsOn(\..*)?",
    r"\w+Log\.Properties\.RetentionInDays",
    r"BuildProject\.Properties\.(TimeoutInMinutes|Environment\.ComputeType)",
)
GATES = ("CloudWatchAlarm", "DeploymentWindow", "VariableCheck")


def text(value):
    """A value as one text, the same for most ways of writing it."""
    match value:
        case str():
            return value.replace("${", "${!")
        case {"Fn::Sub": str(sub)}:
            return sub
        case {"Ref": str(name)}:
            return "${" + name + "}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return "${" + name + "." + attribute + "}"
        case {"Fn::Join": ["", [*parts]]}:
            return "".join(map(text, parts))
    return json.dumps(value, sort_keys=True)


def many(value):
    return value if isinstance(value, list) else [value]


def union(one, other):
    return list(dict.fromkeys([*one, *other]))


def like(pattern, name):
    regex = "".join({"*": ".*", "?": "."}.get(it, re.escape(it)) for it in pattern)
    return re.fullmatch(regex, name, re.DOTALL) is not None


def unreadable(who, value):
    """It is a permission more when it comes, and maybe a refusal less when it goes."""
    for effect in ("Allow", "Deny"):
        yield who, effect, "", "something that only AWS can read", "", frozenset([json.dumps(value, sort_keys=True)])


def conditions(of):
    for test, keys in of.items():
        for key, values in keys.items():
            yield test, key.lower(), *sorted(map(text, many(values)))


def of_statement(who, statement):
    """One for each action on each resource: (who, effect, principal, action, resource, conditions)."""
    known = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
    is_plain = isinstance(statement, dict) and set(statement) <= known and statement.get("Effect") in ("Allow", "Deny")
    condition = statement.get("Condition", {}) if is_plain else None
    if not isinstance(condition, dict) or not all(isinstance(keys, dict) for keys in condition.values()):
        yield from unreadable(who, statement)
        return
    of = frozenset(conditions(condition))
    principals = statement.get("Principal", "")
    if isinstance(principals, dict):
        principals = [f"{kind} {text(it)}" for kind, names in principals.items() for it in many(names)]
    for principal in many(principals):
        for action in many(statement.get("Action", "")):
            for resource in many(statement.get("Resource", "")):
                yield who, statement["Effect"], principal, text(action).lower(), text(resource), of


def of_policy(who, policy):
    if isinstance(policy, dict) and set(policy) <= {"Version", "Id", "Statement"}:
        for statement in many(policy.get("Statement", [])):
            yield from of_statement(who, statement)
    else:
        yield from unreadable(who, policy)


def attached(arn, resources):
    """The managed policy of the template that is meant."""
    policy = resources.get(arn.get("Ref")) if isinstance(arn, dict) else None
    return policy if policy and policy["Type"] == "AWS::IAM::ManagedPolicy" else None


def of_resource(name, resource, resources):
    """Who may do what by a resource."""
    kind, properties, me = resource["Type"], resource.get("Properties", {}), "${" + name + "}"
    if kind in IDENTITIES:
        if "AssumeRolePolicyDocument" in properties:
            yield from of_policy(f"who takes on {name}", properties["AssumeRolePolicyDocument"])
        for policy in many(properties.get("Policies", [])):
            is_plain = isinstance(policy, dict) and set(policy) == {"PolicyName", "PolicyDocument"}
            yield from of_policy(me, policy["PolicyDocument"] if is_plain else [policy])
        for arn in many(properties.get("ManagedPolicyArns", [])):
            if policy := attached(arn, resources):
                yield from of_policy(me, policy["Properties"]["PolicyDocument"])
            else:
                yield me, "Allow", "", "everything in a managed policy", text(arn), frozenset()
    elif kind in POLICIES:
        holders = [text(it) for of in ("Roles", "Users", "Groups") for it in many(properties.get(of, []))]
        arns = [arn for it in resources.values() for arn in many(it.get("Properties", {}).get("ManagedPolicyArns", []))]
        # One that nobody here has bounds what others may do.
        for holder in holders or ([] if {"Ref": name} in arns else [me]):
            yield from of_policy(holder, properties.get("PolicyDocument"))
    elif kind == "AWS::Lambda::Permission":
        rest = {key: of for key, of in properties.items() if key not in ("Action", "FunctionName", "Principal")}
        action, function, principal = (text(properties.get(it)) for it in ("Action", "FunctionName", "Principal"))
        yield "who calls it", "Allow", principal, action.lower(), function, frozenset(conditions({"": rest}))
    else:
        for key, policy in properties.items():
            if isinstance(policy, dict) and "Statement" in policy:
                yield from of_policy(f"{key} of {name}", policy)


def permissions(template, effect):
    resources = template.get("Resources", {})
    every = (it for name, resource in resources.items() for it in of_resource(name, resource, resources))
    return [it for it in every if it[1] == effect]


def covers(wide, narrow):
    same = wide[0] == narrow[0] and wide[2] in (narrow[2], "*")
    return same and like(wide[3], narrow[3]) and like(wide[4], narrow[4]) and wide[5] <= narrow[5]


def beyond(old, new, effect):
    had = permissions(old, effect)
    return [it for it in permissions(new, effect) if not any(covers(other, it) for other in had)]


def widened(old, new):
    """What `new` allows and `old` does not, a line for each resource."""
    lines = {}
    for verb, found in (("may", beyond(old, new, "Allow")), ("is no longer denied", beyond(new, old, "Deny"))):
        for who, _, principal, action, resource, _ in found:
            who = f"{who}: {principal}" if principal else who
            lines.setdefault((who, verb, f" on {resource}" if resource else ""), {})[action] = True
    lines = [f"{who} {verb} {', '.join(actions)}{resource}" for (who, verb, resource), actions in lines.items()]
    return list(dict.fromkeys(line.replace("${", "").replace("}", "") for line in lines))


def leaves(old, new, path):
    """The paths at which two values differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in union(old, new):
            yield from leaves(old.get(key), new.get(key), f"{path}.{key}")
    elif old != new:
        yield path


def without(of, *keys):
    return {key: value for key, value in of.items() if key not in keys}


def is_approval(action):
    return action["ActionTypeId"]["Category"] == "Approval"


def is_harmless(action):
    """Whether it asks somebody, or shows what is asked."""
    of = action.get("Configuration", {})
    shows = of.get("FunctionName") == {"Ref": "Review"} and json.loads(of["UserParameters"])["do"] == "show"
    return is_approval(action) or action["ActionTypeId"]["Provider"] == "Lambda" and shows


def is_gate(conditions):
    """Whether all that it can do is to stop or to roll back."""
    of = conditions.get("Conditions", []) if set(conditions) == {"Conditions"} else [{}]
    rules = [rule for it in of for rule in it.get("Rules", [{}])]
    stops = all(it.get("Result") in ("FAIL", "ROLLBACK") for it in of)
    return stops and all(rule.get("RuleTypeId", {}).get("Provider") in GATES for rule in rules)


def of_action(old, new):
    old, new = without(old, "RunOrder"), without(new, "RunOrder")
    if is_approval(old) and is_approval(new):
        told = ("CustomData", "ExternalEntityLink")
        old, new = (
            {**without(it, "TimeoutInMinutes"), "Configuration": without(it.get("Configuration", {}), *told)}
            for it in (old, new)
        )
    return leaves(old, new, f"action {old['Name']}")


def of_stage(old, new):
    """What of a stage is another, apart from gates that it did not have."""
    stage = f"stage {old['Name']}"
    for key in union(without(old, "Actions"), without(new, "Actions")):
        is_more = key in ("BeforeEntry", "OnSuccess") and key not in old and is_gate(new[key])
        if old.get(key) != new.get(key) and not is_more:
            yield f"{stage}: {key} {'changes' if key in new else 'goes'}"
    olds, news = ({action["Name"]: action for action in it["Actions"]} for it in (old, new))
    for name, action in olds.items():
        if name in news:
            yield from (f"{stage}: {path} changes" for path in of_action(action, news[name]))
        else:
            yield f"{stage}: {'approval' if is_approval(action) else 'action'} {name} goes"
    yield from (f"{stage}: action {name} is new" for name in without(news, *olds) if not is_harmless(news[name]))
    kept = [name for name in olds if name in news]
    before = lambda of, one, other: of[one].get("RunOrder", 1) < of[other].get("RunOrder", 1)
    if any(before(olds, one, other) != before(news, one, other) for one in kept for other in kept):
        yield f"{stage}: its actions are in another order"


def of_pipeline(old, new):
    olds, news = ({stage["Name"]: stage for stage in it["Stages"]} for it in (old, new))
    for name, stage in olds.items():
        yield from of_stage(stage, news[name]) if name in news else [f"stage {name} goes"]
    for name in without(news, *olds):
        if not all(map(is_approval, news[name]["Actions"])):
            yield f"stage {name} is new"
    if [name for name in olds if name in news] != [name for name in news if name in olds]:
        yield "the stages are in another order"
    yield from (f"{path} changes" for path in leaves(without(old, "Stages"), without(new, "Stages"), "the pipeline"))


def rebuilt(old, new):
    """What else of a pipeline's own stack somebody has to look at."""
    for part in union(old, new):
        if part not in ("Resources", "Outputs", "Description", "Parameters") and old.get(part) != new.get(part):
            yield f"{part} of the template changes"
    for name, had in old.get("Parameters", {}).items():
        if name in new.get("Parameters", {}):
            has = new["Parameters"][name]
            yield from (f"{path} changes" for path in leaves(without(had, "Description"), without(has, "Description"), name))
    olds, news = old["Resources"], new["Resources"]
    for name in union(olds, news):
        before, after = olds.get(name), news.get(name)
        kind = (after or before)["Type"]
        if before is None:
            yield f"{name} ({kind}) is new"
        elif after is None:
            # A log takes nothing away from anybody, and what a policy denied is compared apart.
            if kind not in (*IDENTITIES, *POLICIES, "AWS::Logs::LogGroup"):
                yield f"{name} ({kind}) goes"
        elif before["Type"] == kind == "AWS::CodePipeline::Pipeline":
            yield from of_pipeline(before["Properties"], after["Properties"])
            yield from of_other(name, without(before, "Properties"), without(after, "Properties"))
        elif before["Type"] == kind and kind in (*IDENTITIES, *POLICIES):
            of = [{**it, "Properties": without(it.get("Properties", {}), *JUDGED)} for it in (before, after)]
            yield from of_other(name, *of)
        else:
            yield from of_other(name, before, after)


def of_other(name, old, new):
    for path in leaves(old, new, name):
        if not any(re.fullmatch(harmless, path) for harmless in HARMLESS):
            yield f"{path} changes"
