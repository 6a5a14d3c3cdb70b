"""As much of the AWS CLI as a pipeline's release calls: aws s3api OPERATION --OPTION VALUE..."""

import sys

import boto3
from botocore.exceptions import ClientError


def parameter(option):
    return "".join(word.title() for word in option[2:].split("-")).replace("Sha256", "SHA256")


def main(service, operation, *arguments):
    assert service == "s3api"
    given = dict(zip(map(parameter, arguments[::2]), arguments[1::2]))
    query, _ = given.pop("Query", None), given.pop("Output", None)
    if "Body" in given:
        with open(given["Body"], "rb") as file:
            given["Body"] = file.read()
    try:
        answer = getattr(boto3.client("s3"), operation.replace("-", "_"))(**given)
    except ClientError as error:
        sys.exit(str(error))
    if query:
        print(answer.get(query))


main(*sys.argv[1:])
