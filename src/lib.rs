//! Services on AWS Lambda that provision themselves.
