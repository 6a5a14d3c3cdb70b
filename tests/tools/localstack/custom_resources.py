"""LocalStack plugin: resources that functions provide (`Custom::*`), which LocalStack itself only pretends to make.

As CloudFormation does, it invokes the function that `ServiceToken` names and takes the answer at the URL in the request, which is
one of this process. Numbers and booleans are texts in both directions. Two things differ:

- The invocation is synchronous: LocalStack keeps the events of a function that was just changed back for a minute. So there is no
  second try, and no destination of failures is asked.
- After an update with another physical id the old resource is deleted at once, and not when the rest of the stack is updated.
"""

import json
import queue
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
)

def as_texts(value):
    if isinstance(value, dict):
        return {name: as_texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [as_texts(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


class Answers:
    """A server that takes one answer."""

    def __enter__(self):
        self.taken = taken = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self):
                taken.put(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/answer?X-Amz-Signature=0"

    def first(self):
        try:
            return json.loads(self.taken.get_nowait())
        except queue.Empty:
            return {"Status": "FAILED", "Reason": "the function did not answer"}


def ask(request, kind, properties, **further):
    with Answers() as answers:
        event = {
            "RequestType": kind,
            "ServiceToken": properties["ServiceToken"],
            "ResponseURL": answers.url,
            "StackId": request.stack_id,
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": request.logical_resource_id,
            "ResourceType": request.resource_type,
            "ResourceProperties": properties,
            **further,
        }
        request.aws_client_factory.lambda_.invoke(FunctionName=properties["ServiceToken"], Payload=json.dumps(event))
        answer = answers.first()
    # it is for another request otherwise, which CloudFormation does not take
    if any(answer.get(name, event[name]) != event[name] for name in ("StackId", "RequestId", "LogicalResourceId")):
        return {"Status": "FAILED", "Reason": "the answer is for another request"}
    return answer


def outcome(answer, properties):
    if answer["Status"] != "SUCCESS":
        return ProgressEvent(OperationStatus.FAILED, resource_model={}, message=answer["Reason"])
    model = {"PhysicalResourceId": answer["PhysicalResourceId"], "ResourceProperties": properties}
    return ProgressEvent(OperationStatus.SUCCESS, resource_model={**as_texts(answer.get("Data", {})), **model})


class CustomResourceProvider(ResourceProvider):
    SCHEMA = {"primaryIdentifier": ["/properties/PhysicalResourceId"]}

    def create(self, request):
        properties = as_texts(request.desired_state)
        return outcome(ask(request, "Create", properties), properties)

    def update(self, request):
        properties, before = as_texts(request.desired_state), request.previous_state
        old, physical_id = before["ResourceProperties"], before["PhysicalResourceId"]
        answer = ask(request, "Update", properties, PhysicalResourceId=physical_id, OldResourceProperties=old)
        if answer["Status"] == "SUCCESS" and answer["PhysicalResourceId"] != physical_id:
            ask(request, "Delete", old, PhysicalResourceId=physical_id)
        return outcome(answer, properties)

    def delete(self, request):
        properties, physical_id = (request.desired_state[it] for it in ("ResourceProperties", "PhysicalResourceId"))
        return outcome(ask(request, "Delete", properties, PhysicalResourceId=physical_id), properties)


class CustomResourcePlugin(CloudFormationResourceProviderPlugin):
    name = "AWS::CloudFormation::CustomResource"

    def load(self):
        self.factory = CustomResourceProvider
