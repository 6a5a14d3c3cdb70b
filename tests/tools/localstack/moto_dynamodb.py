"""LocalStack plugin: DynamoDB by moto, in the process.

LocalStack's own provider downloads DynamoDB Local, a Java program. Select this one with PROVIDER_OVERRIDE_DYNAMODB=moto, with
this folder on PYTHONPATH.
"""

from localstack.aws.api.dynamodb import DynamodbApi
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service, aws_provider


@aws_provider(api="dynamodb", name="moto")
def dynamodb():
    return Service.for_provider(DynamodbApi(), dispatch_table_factory=MotoFallbackDispatcher)
