use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;

use super::headers;
use super::problem::Problem;
use crate::json::{Cursor, Span, SyntaxError, Text};

/// The value of a field that may be missing or null.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Slot {
    #[default]
    Nothing,
    Text(Text),
    Other(Span),
}

/// The fields of an event that are read as HTTP, each where it was found; maps are left for later.
#[derive(Default)]
pub(super) struct Fields {
    pub version: Slot,
    /// What an authorizer is asked about: its event is about a request but none itself.
    pub arn: Slot,
    pub method: Slot,
    /// VPC Lattice's name for the method.
    pub lattice_method: Slot,
    pub path: Slot,
    /// The path in the first version of VPC Lattice's events, which has no context.
    pub lattice_path: Slot,
    pub raw_path: Slot,
    pub raw_query: Slot,
    pub cookies: Slot,
    pub headers: Slot,
    /// The headers, if it paid to read them at once.
    pub read_headers: Option<Result<HeaderMap, Problem>>,
    pub multi_value_headers: Slot,
    pub query: Slot,
    pub multi_value_query: Slot,
    pub path_parameters: Slot,
    pub stage_variables: Slot,
    pub body: Slot,
    /// The body without its escapes, if it has any.
    pub unescaped_body: Option<Vec<u8>>,
    pub is_base64: Slot,
    pub context: Slot,
    pub of_context: ContextFields,
    /// The first field that was there twice.
    pub twice: Option<&'static str>,
}

#[derive(Default)]
pub(super) struct ContextFields {
    pub http: Slot,
    pub method: Slot,
    pub stage: Slot,
    pub domain_name: Slot,
    pub elb: Slot,
    pub service_arn: Slot,
    pub connection_id: Slot,
    pub event_type: Slot,
}

impl Fields {
    /// An event that is no object has no fields.
    pub(super) fn read(&mut self, event: &Bytes) -> Result<(), SyntaxError> {
        let mut cursor = Cursor::new(event);
        if cursor.peek() != Some(b'{') {
            cursor.skip()?;
            return cursor.end();
        }
        let mut more = cursor.open(b'{')?;
        while more {
            let key = name(cursor.key()?, event);
            self.read_field(&key, &mut cursor, event)?;
            more = cursor.more(b'}')?;
        }
        cursor.end()
    }

    fn read_field(&mut self, key: &[u8], cursor: &mut Cursor<'_>, event: &Bytes) -> Result<(), SyntaxError> {
        let slot = match key {
            b"version" => (&mut self.version, "version"),
            b"httpMethod" => (&mut self.method, "httpMethod"),
            b"methodArn" | b"routeArn" => (&mut self.arn, "methodArn"),
            b"method" => (&mut self.lattice_method, "method"),
            b"path" => (&mut self.path, "path"),
            b"raw_path" => (&mut self.lattice_path, "raw_path"),
            b"rawPath" => (&mut self.raw_path, "rawPath"),
            b"rawQueryString" => (&mut self.raw_query, "rawQueryString"),
            b"cookies" => (&mut self.cookies, "cookies"),
            b"headers" => return self.read_headers(cursor, event),
            b"multiValueHeaders" => (&mut self.multi_value_headers, "multiValueHeaders"),
            b"queryStringParameters" | b"query_string_parameters" => (&mut self.query, "queryStringParameters"),
            b"multiValueQueryStringParameters" => (&mut self.multi_value_query, "multiValueQueryStringParameters"),
            b"pathParameters" => (&mut self.path_parameters, "pathParameters"),
            b"stageVariables" => (&mut self.stage_variables, "stageVariables"),
            b"body" => return self.read_body(cursor, event),
            b"isBase64Encoded" | b"is_base64_encoded" => (&mut self.is_base64, "isBase64Encoded"),
            b"requestContext" => return self.read_context(cursor, event),
            _ => return cursor.skip().map(drop),
        };
        self.twice = self.twice.or(slot.0.fill(slot.1, cursor, event)?);
        Ok(())
    }

    /// Events that have a method so far come with `multiValueHeaders`, which hold more.
    fn read_headers(&mut self, cursor: &mut Cursor<'_>, event: &Bytes) -> Result<(), SyntaxError> {
        let later = self.headers.is_there() || self.method.is_there();
        if cursor.peek() != Some(b'{') || later {
            self.twice = self.twice.or(self.headers.fill("headers", cursor, event)?);
            return Ok(());
        }
        let at = cursor.place();
        let mut map = HeaderMap::new();
        match headers::read(event, cursor, &mut map) {
            Ok(()) => self.read_headers = Some(Ok(map)),
            Err(problem) => {
                cursor.go_to(at);
                cursor.skip()?;
                self.read_headers = Some(Err(problem));
            }
        }
        self.headers = Slot::Other(Span { start: at, end: cursor.place() });
        Ok(())
    }

    fn read_body(&mut self, cursor: &mut Cursor<'_>, event: &Bytes) -> Result<(), SyntaxError> {
        if self.body.is_there() || cursor.peek() != Some(b'"') {
            self.twice = self.twice.or(self.body.fill("body", cursor, event)?);
            return Ok(());
        }
        let at = cursor.place();
        match cursor.long_string() {
            Ok((text, unescaped)) => {
                self.body = Slot::Text(text);
                self.unescaped_body = unescaped;
            }
            // Only a request needs to have a body that can be unescaped.
            Err(_) => {
                cursor.go_to(at);
                self.body = Slot::Text(cursor.string()?);
            }
        }
        Ok(())
    }

    fn read_context(&mut self, cursor: &mut Cursor<'_>, event: &Bytes) -> Result<(), SyntaxError> {
        if cursor.peek() != Some(b'{') || self.context.is_there() {
            self.twice = self.twice.or(self.context.fill("requestContext", cursor, event)?);
            return Ok(());
        }
        let start = cursor.place();
        let mut more = cursor.open(b'{')?;
        while more {
            let key = name(cursor.key()?, event);
            self.twice = self.twice.or(self.of_context.read_field(&key, cursor, event)?);
            more = cursor.more(b'}')?;
        }
        self.context = Slot::Other(Span { start, end: cursor.place() });
        Ok(())
    }
}

/// A name with escapes that mean nothing is none of those that are looked for.
fn name(key: Text, event: &[u8]) -> Cow<'_, [u8]> {
    key.read(event).unwrap_or_default()
}

impl ContextFields {
    /// The field's name if it was there before.
    fn read_field(
        &mut self,
        key: &[u8],
        cursor: &mut Cursor<'_>,
        event: &Bytes,
    ) -> Result<Option<&'static str>, SyntaxError> {
        let (slot, name) = match key {
            b"http" => return self.read_http(cursor, event),
            b"stage" => (&mut self.stage, "requestContext.stage"),
            b"domainName" => (&mut self.domain_name, "requestContext.domainName"),
            b"elb" => (&mut self.elb, "requestContext.elb"),
            b"serviceArn" => (&mut self.service_arn, "requestContext.serviceArn"),
            b"connectionId" => (&mut self.connection_id, "requestContext.connectionId"),
            b"eventType" => (&mut self.event_type, "requestContext.eventType"),
            _ => return cursor.skip().map(|_| None),
        };
        slot.fill(name, cursor, event)
    }

    fn read_http(&mut self, cursor: &mut Cursor<'_>, event: &Bytes) -> Result<Option<&'static str>, SyntaxError> {
        if cursor.peek() != Some(b'{') || self.http.is_there() {
            return self.http.fill("requestContext.http", cursor, event);
        }
        let start = cursor.place();
        let mut twice = None;
        let mut more = cursor.open(b'{')?;
        while more {
            let key = name(cursor.key()?, event);
            match &*key {
                b"method" => twice = twice.or(self.method.fill("requestContext.http.method", cursor, event)?),
                _ => drop(cursor.skip()?),
            }
            more = cursor.more(b'}')?;
        }
        self.http = Slot::Other(Span { start, end: cursor.place() });
        Ok(twice)
    }
}

impl Slot {
    /// Reads the value; the field's name if there was one before.
    fn fill(
        &mut self,
        name: &'static str,
        cursor: &mut Cursor<'_>,
        event: &[u8],
    ) -> Result<Option<&'static str>, SyntaxError> {
        let before = self.is_there();
        *self = match cursor.peek() {
            Some(b'"') => Self::Text(cursor.string()?),
            _ => match cursor.skip()? {
                null if null.of(event) == b"null" => Self::Nothing,
                other => Self::Other(other),
            },
        };
        Ok(before.then_some(name))
    }

    pub(super) fn is_there(self) -> bool {
        !matches!(self, Self::Nothing)
    }

    pub(super) fn text(self, field: &'static str, event: &[u8]) -> Result<Option<Text>, Problem> {
        match self {
            Self::Nothing => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            Self::Other(found) => Err(Problem::kind(field, "text", found.of(event))),
        }
    }

    pub(super) fn boolean(self, field: &'static str, event: &[u8]) -> Result<bool, Problem> {
        match self {
            Self::Nothing => Ok(false),
            Self::Other(span) if span.of(event) == b"true" => Ok(true),
            Self::Other(span) if span.of(event) == b"false" => Ok(false),
            Self::Other(Span { start, end }) => Err(Problem::kind(field, "true or false", &event[start..end])),
            Self::Text(text) => Err(Problem::kind(field, "true or false", text.place.of(event))),
        }
    }

    /// Where the object or array is that starts with `bracket`.
    pub(super) fn list(self, bracket: u8, field: &'static str, event: &[u8]) -> Result<Option<usize>, Problem> {
        let expected = if bracket == b'{' { "an object" } else { "an array" };
        match self {
            Self::Nothing => Ok(None),
            Self::Other(span) if event[span.start] == bracket => Ok(Some(span.start)),
            Self::Other(span) => Err(Problem::kind(field, expected, span.of(event))),
            Self::Text(text) => Err(Problem::kind(field, expected, text.place.of(event))),
        }
    }

    /// Where the value is, whatever it is.
    pub(super) fn place(self) -> Option<Span> {
        match self {
            Self::Other(span) => Some(span),
            Self::Nothing | Self::Text(_) => None,
        }
    }
}
