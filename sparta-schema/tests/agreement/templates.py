"""Makes templates from the registry's schemas and prints, a line of JSON each, what cfn-lint says of them.

The templates depend on the seeds alone: a resource that should be right, and the same with one mistake.
"""

import json
import logging
import os
import random
import re
import sys
from multiprocessing import Pool
from pathlib import Path

import cfnlint
import regex
from cfnlint.config import ConfigMixIn, ManualArgs
from cfnlint.core import get_rules
from cfnlint.rules.formats.FormatKeyword import FormatKeyword
from cfnlint.runner import run_template_by_data

RESOURCES = Path(cfnlint.__file__).parent / "data/schemas/resources"
REGION = "us-east-1"
# what patterns that nothing can be made from are tried with
TEXTS = [
    "abc", "a1b2c3d4", "a", "1", "10", "us-east-1", "us-east-1a", "123456789012", "arn:aws:iam::123456789012:role/name",
    "arn:aws:s3:::bucket", "arn:aws:lambda:us-east-1:123456789012:function:name", "https://example.com/path",
    "name@example.com", "2030-01-31T12:00:00Z", "2030-01-31", "10.0.0.0/16", "10.0.0.1", "2001:db8::/32", "alias/name",
    "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012", "subnet-12345678", "sg-12345678",
    "vpc-12345678", "ami-12345678", "rate(1 day)", "s3://bucket/key", "/path", "A", "ABC", "Abc1",
    "12345678-1234-1234-1234-123456789012", "a" * 16, "a" * 32, "a" * 40, "A" * 20, "1.0", "1.0.0", "{}", "*", "x.y",
    "example.com", "arn:aws:sns:us-east-1:123456789012:topic", "arn:aws:acm:us-east-1:123456789012:certificate/name",
]
DEPTH = 4
FORMATS = {it().format_keyword: it().pattern for it in FormatKeyword.__subclasses__()}


class Maker:
    """Makes values for one resource type."""

    def __init__(self, schema, rng):
        self.root = schema
        self.rng = rng
        self.read_only = set(schema.get("readOnlyProperties", []))

    def resolve(self, schema):
        while isinstance(schema, dict) and "$ref" in schema:
            target = self.root
            for part in schema["$ref"].split("/")[1:]:
                target = target[part]
            schema = {**target, **{key: it for key, it in schema.items() if key != "$ref"}}
        return schema

    def value(self, schema, path, depth=0):
        """A value that should be right, or None where none is found."""
        schema = self.resolve(schema)
        if isinstance(schema, bool):
            return "anything" if schema else None
        for key in ("enum", "enumCaseInsensitive"):
            if key in schema:
                return self.rng.choice(schema[key])
        if "const" in schema:
            return schema["const"]
        kinds = schema.get("type")
        kind = kinds[0] if isinstance(kinds, list) else kinds
        if kind is None:
            kind = "object" if "properties" in schema else "string"
        for several in ("oneOf", "anyOf"):
            options = [it for it in map(self.resolve, schema.get(several, [])) if isinstance(it, dict)]
            if options and not ("properties" in schema and all("properties" not in it for it in options)):
                rest = {key: it for key, it in schema.items() if key != several}
                return self.value({**rest, **self.rng.choice(options)}, path, depth)
        return getattr(self, kind)(schema, path, depth)

    def object(self, schema, path, depth):
        properties = schema.get("properties", {})
        required = set(schema.get("required", []))
        for several in ("oneOf", "anyOf"):
            options = [it["required"] for it in schema.get(several, []) if isinstance(it, dict) and "required" in it]
            if options:
                required |= set(self.rng.choice(options))
        for several in ("requiredXor", "requiredOr"):
            if several in schema:
                required.add(self.rng.choice(schema[several]))
        if not properties:
            return self.map(schema, path, depth)
        result = {}
        for name in sorted(properties):
            below = f"{path}/{name}"
            wanted = name in required or (depth < DEPTH and self.rng.random() < (0.35 if depth == 0 else 0.5))
            if below in self.read_only or not wanted or (depth >= 2 * DEPTH):
                continue
            value = self.value(properties[name], below, depth + 1)
            if value is not None:
                result[name] = value
        return result

    def map(self, schema, path, depth):
        below = next(iter(schema.get("patternProperties", {}).items()), None)
        if below is None:
            below = ("^[a-z]+$", schema["additionalProperties"]) if schema.get("additionalProperties") else None
        if below is None or below[1] is True:
            return {"key": "value"}
        key = self.text({"pattern": below[0]})
        value = self.value(below[1], f"{path}/*", depth + 1)
        return {} if key is None or value is None else {key: value}

    def array(self, schema, path, depth):
        least = schema.get("minItems", 0)
        count = max(least, min(schema.get("maxItems", 2), self.rng.randint(0, 2)))
        items = [self.value(schema.get("items", True), f"{path}/*", depth + 1) for _ in range(min(count, 60))]
        if any(it is None for it in items):
            return None if least else []
        if schema.get("uniqueItems") or schema.get("uniqueKeys"):
            items = [it for index, it in enumerate(items) if it not in items[:index]]
        return items if len(items) >= least else None

    def string(self, schema, _path, _depth):
        return self.text(schema)

    def text(self, schema):
        if schema.get("format") == "date-time":
            return "2030-01-31T12:00:00Z"
        candidates = []
        pattern = schema.get("pattern") or FORMATS.get(schema.get("format"))
        if pattern:
            for _ in range(5):
                made = from_pattern(pattern, self.rng)
                if made is not None:
                    candidates.append(made)
        least = schema.get("minLength", 0)
        candidates += self.rng.sample(TEXTS, len(TEXTS)) + ["a" * least]
        for text in candidates:
            if self.fits(text, schema):
                return text
        return None

    def fits(self, text, schema):
        # half of a pair, which is no text
        if any(0xD800 <= ord(it) <= 0xDFFF for it in text):
            return False
        patterns = [schema["pattern"]] if "pattern" in schema else []
        patterns += [FORMATS[schema["format"]]] if schema.get("format") in FORMATS else []
        try:
            matches = all(regex.search(pattern, text, timeout=1) for pattern in patterns)
        except (regex.error, TimeoutError):
            return False
        return matches and schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10**6)

    def integer(self, schema, _path, _depth):
        least = schema.get("minimum", min(0, schema.get("maximum", 0)))
        number = int(self.rng.randint(int(least), int(schema.get("maximum", least + 100))))
        step = schema.get("multipleOf", 1)
        return number - number % step if number - number % step >= least else int(least)

    def number(self, schema, path, depth):
        return self.integer(schema, path, depth)

    def boolean(self, _schema, _path, _depth):
        return self.rng.choice([True, False])


def from_pattern(pattern, rng):
    """A text that should match: Python's own parser takes the pattern apart."""
    try:
        return from_parts(re._parser.parse(pattern), rng)
    except (re.error, NotImplementedError, OverflowError, ValueError):
        return None


def from_parts(parts, rng):
    return "".join(from_part(str(op), argument, rng) for op, argument in parts)


def from_part(op, argument, rng):
    match op:
        case "LITERAL":
            return chr(argument)
        case "NOT_LITERAL":
            return "b" if argument == ord("a") else "a"
        case "ANY":
            return rng.choice("abc")
        case "IN":
            return from_set(argument, rng)
        case "BRANCH":
            return from_parts(rng.choice(argument[1]), rng)
        case "SUBPATTERN":
            return from_parts(argument[3], rng)
        case "MAX_REPEAT" | "MIN_REPEAT":
            least, most, inner = argument
            count = rng.randint(least, min(int(most), least + 3))
            return "".join(from_parts(inner, rng) for _ in range(min(count, 300)))
        case "AT" | "ASSERT_NOT":
            return ""
    raise NotImplementedError(op)


def from_set(items, rng):
    if str(items[0][0]) == "NEGATE":
        taken = re.compile("[^a]")
        return next(it for it in "abcXYZ019 -_" if not any(is_in(item, it) for item in items[1:]) and taken)
    op, argument = rng.choice(items)
    match str(op):
        case "LITERAL":
            return chr(argument)
        case "RANGE":
            return chr(rng.randint(max(argument[0], 32), max(min(argument[1], 126), argument[0])))
        case "CATEGORY":
            return {"CATEGORY_DIGIT": "7", "CATEGORY_WORD": "w", "CATEGORY_SPACE": " "}.get(str(argument), "-")
    raise NotImplementedError(op)


def is_in(item, letter):
    op, argument = str(item[0]), item[1]
    if op == "LITERAL":
        return ord(letter) == argument
    if op == "RANGE":
        return argument[0] <= ord(letter) <= argument[1]
    return {"CATEGORY_DIGIT": letter.isdigit(), "CATEGORY_WORD": letter.isalnum() or letter == "_",
            "CATEGORY_SPACE": letter.isspace()}.get(str(argument), True)


class Mutations:
    """One mistake each; every one changes the properties and returns whether it found where."""

    def __init__(self, maker):
        self.maker = maker
        self.rng = maker.rng

    def spots(self, schema, value, holder=None, key=None, path="", found=None):
        """Every value with its schema and what holds it."""
        found = [] if found is None else found
        schema = self.maker.resolve(schema)
        found.append((schema if isinstance(schema, dict) else {}, value, holder, key, path))
        if isinstance(value, dict) and isinstance(schema, dict):
            for name in sorted(value):
                if name in schema.get("properties", {}):
                    self.spots(schema["properties"][name], value[name], value, name, f"{path}/{name}", found)
        elif isinstance(value, list) and isinstance(schema, dict):
            for index, it in enumerate(value):
                self.spots(schema.get("items", {}), it, value, index, f"{path}/*", found)
        return found

    def pick(self, properties, wanted):
        spots = [it for it in self.spots(self.maker.root, properties) if wanted(*it)]
        return self.rng.choice(spots) if spots else None

    def apply(self, kind, properties):
        return getattr(self, kind)(properties)

    def misspelt(self, properties):
        spot = self.pick(properties, lambda schema, value, *_: isinstance(value, dict) and value and "properties" in schema)
        if not spot:
            return False
        name = self.rng.choice(sorted(spot[1]))
        at = self.rng.randrange(len(name))
        spot[1][name[:at] + name[at + 1:] if len(name) > 1 else name + "x"] = spot[1].pop(name)
        return True

    def missing(self, properties):
        def wanted(schema, value, *_):
            return isinstance(value, dict) and set(schema.get("required", [])) & set(value)

        spot = self.pick(properties, wanted)
        if not spot:
            return False
        del spot[1][self.rng.choice(sorted(set(spot[0]["required"]) & set(spot[1])))]
        return True

    def wrong_type(self, properties):
        spot = self.pick(properties, lambda schema, value, holder, *_: holder is not None and "type" in schema)
        if not spot:
            return False
        wrong = {"dict": ["text", 1, [1]], "list": ["text", {"a": "b"}]}
        options = wrong.get(type(spot[1]).__name__, [{"a": "b"}, ["a"]])
        if isinstance(spot[1], bool) or not isinstance(spot[1], (str, dict, list)):
            options = options + ["text"]
        spot[2][spot[3]] = self.rng.choice(options)
        return True

    def text_for_number(self, properties):
        spot = self.pick(properties, lambda _s, value, holder, *_: holder is not None and isinstance(value, (bool, int)))
        if not spot:
            return False
        spot[2][spot[3]] = json.dumps(spot[1])
        return True

    def number_for_text(self, properties):
        spot = self.pick(properties, lambda _s, value, holder, *_: holder is not None and isinstance(value, str))
        if not spot:
            return False
        spot[2][spot[3]] = self.rng.choice([7, True])
        return True

    def bad_enum(self, properties):
        spot = self.pick(properties, lambda schema, _v, holder, *_: holder is not None and {"enum", "enumCaseInsensitive"} & set(schema))
        if not spot:
            return False
        spot[2][spot[3]] = self.rng.choice(["NONESUCH", f"{spot[1]}x", str(spot[1]).swapcase()])
        return True

    def out_of_range(self, properties):
        spot = self.pick(properties, lambda schema, _v, holder, *_: holder is not None and {"minimum", "maximum"} & set(schema))
        if not spot:
            return False
        schema = spot[0]
        spot[2][spot[3]] = int(schema["maximum"]) + 1 if "maximum" in schema else int(schema["minimum"]) - 1
        return True

    def bad_pattern(self, properties):
        spot = self.pick(properties, lambda schema, value, holder, *_: holder is not None and "pattern" in schema and isinstance(value, str))
        if not spot:
            return False
        spot[2][spot[3]] = self.rng.choice(["#\t?", "", "aws:x", f"{spot[1]}\x01", "é", f" {spot[1]}"])
        return True

    def bad_length(self, properties):
        spot = self.pick(properties, lambda schema, value, holder, *_: holder is not None and isinstance(value, str) and schema.get("maxLength", 10**6) < 5000)
        if not spot:
            return False
        spot[2][spot[3]] = "a" * (spot[0]["maxLength"] + 1)
        return True

    def bad_count(self, properties):
        spot = self.pick(properties, lambda schema, value, holder, *_: isinstance(value, list) and (schema.get("maxItems", 1000) < 60 or schema.get("minItems")))
        if not spot:
            return False
        schema, value = spot[0], spot[1]
        if schema.get("minItems") and self.rng.random() < 0.5:
            value.clear()
        elif value and schema.get("maxItems", 1000) < 60:
            value.extend([value[0]] * (schema["maxItems"] + 1 - len(value)))
        else:
            return False
        return True

    def repeated(self, properties):
        spot = self.pick(properties, lambda schema, value, *_: isinstance(value, list) and value)
        if not spot:
            return False
        spot[1].append(json.loads(json.dumps(spot[1][0])))
        return True

    def read_only(self, properties):
        names = sorted(it.split("/")[2] for it in self.maker.read_only if it.count("/") == 2)
        names = [it for it in names if it in self.maker.root["properties"]]
        if not names:
            return False
        name = self.rng.choice(names)
        properties[name] = self.maker.value(self.maker.root["properties"][name], "/none", 2)
        return properties[name] is not None

    def nested(self, properties):
        spot = self.pick(properties, lambda schema, value, holder, *_: isinstance(holder, dict) and isinstance(value, dict) and "properties" in schema)
        if not spot:
            return False
        spot[2][spot[3]] = {spot[3]: spot[1]}
        return True

    def exclusive(self, properties):
        def wanted(schema, value, *_):
            return isinstance(value, dict) and {"dependentExcluded", "requiredXor", "oneOf", "dependentRequired"} & set(schema)

        spot = self.pick(properties, wanted)
        if not spot:
            return False
        names = set(spot[0].get("requiredXor", []))
        for name, others in spot[0].get("dependentExcluded", {}).items():
            names |= {name, *others}
        names |= set(spot[0].get("dependentRequired", {}))
        for option in spot[0].get("oneOf", []):
            names |= set(option.get("required", [])) if isinstance(option, dict) else set()
        for name in sorted(names & set(spot[0].get("properties", {}))):
            value = self.maker.value(spot[0]["properties"][name], f"{spot[4]}/{name}", 2)
            if value is not None:
                spot[1][name] = value
        return bool(names)

    def null(self, properties):
        spot = self.pick(properties, lambda _s, _v, holder, *_: holder is not None)
        if not spot:
            return False
        spot[2][spot[3]] = None
        return True

    def no_value(self, properties):
        spot = self.pick(properties, lambda _s, _v, holder, *_: isinstance(holder, dict))
        if not spot:
            return False
        spot[2][spot[3]] = {"Ref": "AWS::NoValue"}
        return True

    def function(self, properties):
        spot = self.pick(properties, lambda schema, value, holder, *_: holder is not None and isinstance(value, (str, int)))
        if not spot:
            return False
        spot[2][spot[3]] = self.rng.choice([{"Ref": "Text"}, {"Fn::Sub": "${Text}-x"}, {"Fn::ImportValue": "Shared"}, {"Fn::Join": ["-", ["a", {"Ref": "Text"}]]}])
        return True

    def choice(self, properties):
        spot = self.pick(properties, lambda _s, _v, holder, *_: holder is not None)
        if not spot:
            return False
        other = self.rng.choice([{"Ref": "AWS::NoValue"}, spot[1], "other"])
        spot[2][spot[3]] = {"Fn::If": ["Chosen", spot[1], other]}
        return True

    def dynamic(self, properties):
        spot = self.pick(properties, lambda _s, value, holder, *_: holder is not None and isinstance(value, str))
        if not spot:
            return False
        spot[2][spot[3]] = "{{resolve:secretsmanager:name:SecretString:key}}"
        return True


KINDS = [
    "misspelt", "missing", "wrong_type", "text_for_number", "number_for_text", "bad_enum", "out_of_range", "bad_pattern",
    "bad_length", "bad_count", "repeated", "read_only", "nested", "exclusive", "null", "no_value", "function", "choice",
    "dynamic",
]


def template(type_name, properties):
    return {
        "Parameters": {"Text": {"Type": "String"}},
        "Conditions": {"Chosen": {"Fn::Equals": [{"Ref": "Text"}, "x"]}},
        "Resources": {"Subject": {"Type": type_name, "Properties": properties}},
    }


# configuration files are read from the working folder
os.chdir("/")
logging.disable(logging.CRITICAL)
RULES = get_rules([], ["W", "I"], [], {}, False)


def lint(document):
    config = ConfigMixIn(**ManualArgs(regions=[REGION], ignore_checks=["W", "I"]))
    # cfn-lint changes what it is given
    matches = run_template_by_data(json.loads(json.dumps(document)), config, RULES)
    found = sorted((it.rule.id, [str(part) for part in it.path or []], it.message) for it in matches)
    return [{"rule": rule, "path": path, "message": message} for rule, path, message in found if rule.startswith("E")]


def cases(job):
    type_name, file, seed, kinds = job
    schema = json.loads(Path(file).read_text("utf-8"))
    rng = random.Random(f"{type_name} {seed}")
    maker = Maker(schema, rng)
    properties = maker.object(schema, "/properties", 0)
    result = [("none", properties)]
    # each alone, and all of them at once: some rules are about two values
    for combination in [*([kind] for kind in kinds), kinds]:
        changed = json.loads(json.dumps(properties))
        applied = [Mutations(maker).apply(kind, changed) for kind in combination]
        if all(applied) and changed != properties:
            result.append(("+".join(combination), changed))
    return [
        {"type": type_name, "seed": seed, "mutation": kind, "template": document, "found": lint(document)}
        for kind, document in ((kind, template(type_name, it)) for kind, it in result)
    ]


def jobs(count):
    provided = json.loads((RESOURCES.parent / f"providers/{REGION}.json").read_text("utf-8"))
    names = sorted(it for it in provided if not it.startswith("AWS::Serverless::"))
    rng = random.Random("sparta")
    rng.shuffle(names)
    every = [names[index % len(names)] for index in range(count)]
    return [
        (name, str(RESOURCES / f"{provided[name]}.json"), index, [KINDS[(index * step) % len(KINDS)] for step in (2, 7)])
        for index, name in enumerate(every)
    ]


def main():
    with Pool(2) as pool:
        for result in pool.imap(cases, jobs(int(sys.argv[1])), chunksize=8):
            for case in result:
                print(json.dumps(case, separators=(",", ":")))


if __name__ == "__main__":
    main()
