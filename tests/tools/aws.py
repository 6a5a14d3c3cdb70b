"""Calls one operation of an AWS API, or one of its waiters: aws.py call|wait SERVICE NAME JSON, with botocore's names.

Endpoint, region and credentials come from the environment. A parameter `fileb://PATH` stands for that file's bytes.
Prints the answer as JSON; a body that is not text as base64.
"""

import base64
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody


def load(value):
    if isinstance(value, dict):
        return {name: load(item) for name, item in value.items()}
    if isinstance(value, list):
        return [load(item) for item in value]
    if isinstance(value, str) and value.startswith("fileb://"):
        with open(value.removeprefix("fileb://"), "rb") as file:
            return file.read()
    return value


def dump(value):
    if isinstance(value, StreamingBody):
        value = value.read()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return str(value)


def run(client, verb, name, parameters):
    if verb == "call":
        return getattr(client, name)(**parameters)
    return client.get_waiter(name).wait(**parameters, WaiterConfig={"Delay": 1, "MaxAttempts": 120})


def main(verb, service, name, parameters):
    client = boto3.client(service, config=Config(retries={"max_attempts": 0}, read_timeout=300))
    try:
        answer = run(client, verb, name, load(json.loads(parameters))) or {}
    except (BotoCoreError, ClientError) as error:
        sys.exit(str(error))
    answer.pop("ResponseMetadata", None)
    json.dump(answer, sys.stdout, default=dump)


main(*sys.argv[1:])
