//! Events as AWS's services send them, cut down to what is read of them.

use serde_json::{Value, json};

/// An event of an HTTP API.
pub fn http_api(path: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "color=red&color=blue",
        "cookies": ["a=1", "b=2"],
        "headers": {"host": "api.example.com", "accept": "a,b", "content-type": "text/plain"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example.com",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "agent",
            },
            "requestId": "id",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390_i64,
        },
        "pathParameters": {"id": "7"},
        "body": "c2hvcA==",
        "isBase64Encoded": true,
    })
}

/// A function URL: no parameters, no route, IAM in the context.
pub fn function_url(path: &str) -> Value {
    let mut event = http_api(path);
    event["headers"]["host"] = "abc.lambda-url.us-east-1.on.aws".into();
    event["requestContext"]["domainName"] = "abc.lambda-url.us-east-1.on.aws".into();
    event["requestContext"]["authorizer"] = json!({"iam": {
        "accessKey": "AKIA", "accountId": "123456789012", "callerId": "C", "cognitoIdentity": null,
        "principalOrgId": null, "userArn": "arn:aws:iam::123456789012:user/u", "userId": "U",
    }});
    event["pathParameters"] = Value::Null;
    event
}

/// An event of a REST API.
pub fn rest_api(path: &str) -> Value {
    json!({
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": "GET",
        "headers": {"Host": "rest.example.com", "X-Tag": "two"},
        "multiValueHeaders": {"Host": ["rest.example.com"], "X-Tag": ["one", "two"]},
        "queryStringParameters": {"color": "blue"},
        "multiValueQueryStringParameters": {"color": ["red", "blue"]},
        "pathParameters": {"proxy": "hello"},
        "stageVariables": {"table": "orders"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "rest",
            "httpMethod": "GET",
            "identity": {"sourceIp": "192.0.2.1"},
            "path": format!("/prod{path}"),
            "protocol": "HTTP/1.1",
            "requestId": "id",
            "requestTimeEpoch": 1583349317135_i64,
            "resourceId": "r",
            "resourcePath": "/{proxy+}",
            "stage": "prod",
        },
        "body": null,
        "isBase64Encoded": false,
    })
}

/// An event of a load balancer.
pub fn load_balancer(path: &str) -> Value {
    json!({
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:group"}},
        "httpMethod": "GET",
        "path": path,
        "queryStringParameters": {"color": "red"},
        "headers": {"host": "lb.example.com", "x-forwarded-proto": "http"},
        "body": "",
        "isBase64Encoded": false,
    })
}

/// What an HTTP API asks a Lambda authorizer with payload 2.0.
pub fn authorizer(key: &str, form: &str) -> Value {
    json!({
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:eu-west-1:123456789012:api/$default/GET/cave",
        "identitySource": [key],
        "routeKey": "GET /cave",
        "rawPath": "/cave",
        "rawQueryString": "",
        "headers": {"host": "api.example.com", "x-key": key, "x-form": form},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": "GET",
                "path": "/cave",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "agent",
            },
            "requestId": "id",
            "routeKey": "GET /cave",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390_i64,
        },
    })
}

/// What a REST API asks a Lambda authorizer.
pub fn rest_authorizer(key: &str, form: &str) -> Value {
    let one = json!({"Host": "rest.example.com", "X-Key": key, "X-Form": form});
    let all = json!({"Host": ["rest.example.com"], "X-Key": [key], "X-Form": [form]});
    json!({
        "type": "REQUEST",
        "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:rest/prod/GET/caves/7",
        "resource": "/caves/{id}",
        "path": "/caves/7",
        "httpMethod": "GET",
        "headers": one,
        "multiValueHeaders": all,
        "queryStringParameters": {"color": "blue"},
        "multiValueQueryStringParameters": {"color": ["red", "blue"]},
        "pathParameters": {"id": "7"},
        "stageVariables": {},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "rest",
            "domainName": "rest.example.com",
            "extendedRequestId": "id",
            "httpMethod": "GET",
            "identity": {"apiKey": "k", "apiKeyId": "i", "sourceIp": "192.0.2.1", "userAgent": "agent"},
            "path": "/prod/caves/7",
            "protocol": "HTTP/1.1",
            "requestId": "id",
            "requestTime": "12/Mar/2020:19:03:58 +0000",
            "requestTimeEpoch": 1583348638390_i64,
            "resourceId": "r",
            "resourcePath": "/caves/{id}",
            "stage": "prod",
        },
    })
}

/// What a WebSocket API asks a Lambda authorizer.
pub fn web_socket_authorizer(key: &str, form: &str) -> Value {
    let mut event = web_socket("CONNECT", "$connect", None);
    let own = json!({
        "type": "REQUEST",
        "methodArn": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3/live/$connect",
        "headers": {"X-Key": key, "X-Form": form, "Connection": "upgrade"},
        "multiValueHeaders": {"X-Key": [key], "X-Form": [form], "Connection": ["upgrade"]},
        "queryStringParameters": {"token": key},
        "multiValueQueryStringParameters": {"token": [key]},
        "stageVariables": {},
    });
    for (name, value) in own.as_object().into_iter().flatten() {
        event[name] = value.clone();
    }
    event
}

/// What a load balancer asks a function whose target group has health checks and multi-value headers.
pub fn health_check(path: &str) -> Value {
    json!({
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:group"}},
        "httpMethod": "GET",
        "path": path,
        "multiValueQueryStringParameters": {},
        "multiValueHeaders": {"user-agent": ["ELB-HealthChecker/2.0"]},
        "body": "",
        "isBase64Encoded": false,
    })
}

/// An event of a WebSocket API: `CONNECT`, `MESSAGE` or `DISCONNECT`.
pub fn web_socket(event: &str, route: &str, body: Option<&str>) -> Value {
    let context = json!({
        "apiId": "a1b2c3",
        "connectedAt": 1583348638390_i64,
        "connectionId": "L0SM9cOFvHcCIhw=",
        "domainName": "a1b2c3.execute-api.us-east-1.amazonaws.com",
        "eventType": event,
        "extendedRequestId": "id",
        "identity": {"sourceIp": "192.0.2.1"},
        "messageDirection": "IN",
        "messageId": body.map(|_| "id"),
        "requestId": "id",
        "requestTime": "12/Mar/2020:19:03:58 +0000",
        "requestTimeEpoch": 1583348638390_i64,
        "routeKey": route,
        "stage": "live",
    });
    let mut web_socket = json!({"requestContext": context, "isBase64Encoded": false});
    match body {
        Some(body) => web_socket["body"] = body.into(),
        // Only the request that opens a connection has headers.
        None => web_socket["multiValueHeaders"] = json!({"Origin": ["https://chat.example"]}),
    }
    web_socket
}
