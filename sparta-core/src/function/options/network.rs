//! What a function reaches in a VPC.

use super::{Check, FunctionMistake, Options};
use crate::{
    Function,
    cfn::{Value, sub},
    iam::Statement,
};

/// Subnets of a VPC that a function is connected to, and the security groups that it has there.
///
/// It reaches the internet through a NAT gateway only, and AWS through one or through endpoints of the VPC.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html>.
///
/// # Example
///
/// ```
/// use sparta_core::Vpc;
///
/// let private = Vpc::new(["subnet-0a", "subnet-0b"], ["sg-0a"]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Vpc {
    pub(crate) subnets: Vec<Value>,
    pub(crate) security_groups: Vec<Value>,
    pub(crate) ipv6: bool,
}

impl Vpc {
    /// 1 to 16 subnets and 1 to 5 security groups, by their ids: texts, settings or values of the template.
    pub fn new<S: Into<Value>, G: Into<Value>>(
        subnets: impl IntoIterator<Item = S>,
        security_groups: impl IntoIterator<Item = G>,
    ) -> Self {
        Self {
            subnets: subnets.into_iter().map(Into::into).collect(),
            security_groups: security_groups.into_iter().map(Into::into).collect(),
            ipv6: false,
        }
    }

    /// Sends IPv6 as well, in subnets that have it.
    pub fn ipv6(mut self) -> Self {
        self.ipv6 = true;
        self
    }

    /// What Lambda does with the function's role, and the function's own code may not: it sees the key
    /// `lambda:SourceFunctionArn`.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice>.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let by_lambda = || serde_json::json!({"Null": {"lambda:SourceFunctionArn": "true"}});
        let arn = |kind: &str, id: &Value| {
            let prefix = format!("arn:${{AWS::Partition}}:ec2:${{AWS::Region}}:*:{kind}");
            match id.as_str() {
                Some(id) => sub(format!("{prefix}/{id}")),
                None => {
                    let id = Value::Map([("Id".to_owned(), id.clone())].into());
                    Value::function("Fn::Sub", vec![format!("{prefix}/${{Id}}").into(), id])
                }
            }
        };
        let interfaces = || sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:network-interface/*");
        let places = self.subnets.iter().map(|id| arn("subnet", id));
        let places = places.chain(self.security_groups.iter().map(|id| arn("security-group", id)));
        let create = places.fold(Statement::allow(["ec2:CreateNetworkInterface"]).on(interfaces()), Statement::on);
        let change = ["ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"];
        // EC2 has no resources to describe, so that IAM allows this on everything or not at all.
        let see = Statement::allow(["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]).on("*");
        [create, Statement::allow(change).on(interfaces()), see].map(|it| it.when(by_lambda())).into()
    }
}

/// A file system of EFS that a function has as a folder.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem.html>.
///
/// # Example
///
/// ```
/// use sparta_core::FileSystem;
///
/// let models = FileSystem::new(
///     "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0",
///     "/mnt/models",
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct FileSystem {
    pub(crate) access_point: Value,
    pub(crate) path: String,
    read_only: bool,
}

impl FileSystem {
    /// The access point with this ARN, as the folder `path`, which is one below `/mnt/`.
    pub fn new(access_point: impl Into<Value>, path: impl Into<String>) -> Self {
        Self { access_point: access_point.into(), path: path.into(), read_only: false }
    }

    /// Takes the right to write.
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// What the function's role may do with the file system, through the access point alone.
    pub(crate) fn statement(&self) -> Statement {
        let write = (!self.read_only).then_some("elasticfilesystem:ClientWrite");
        let point = Value::function("elasticfilesystem:AccessPointArn", self.access_point.clone());
        Statement::allow(["elasticfilesystem:ClientMount"].into_iter().chain(write))
            .on(sub("arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:*:file-system/*"))
            .when(Value::function("ArnEquals", point))
    }
}

impl Function {
    /// Connects it to a VPC, with what its role needs for that.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, Vpc, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let hello = Function::http("hello", service_fn(hello)).vpc(Vpc::new(["subnet-0a"], ["sg-0a"]));
    /// ```
    pub fn vpc(mut self, vpc: Vpc) -> Self {
        self.spec.options.vpc = Some(vpc);
        self
    }

    /// Gives it a file system of EFS, which it reaches in its [VPC](Self::vpc).
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, FileSystem, Function, Request, Vpc, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let point = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0";
    /// let hello = Function::http("hello", service_fn(hello))
    ///     .vpc(Vpc::new(["subnet-0a"], ["sg-0a"]))
    ///     .file_system(FileSystem::new(point, "/mnt/data").read_only());
    /// ```
    pub fn file_system(mut self, file_system: FileSystem) -> Self {
        self.spec.options.file_system = Some(file_system);
        self
    }
}

pub(super) fn check(options: &Options, check: &mut Check<'_>) {
    if let Some(vpc) = &options.vpc {
        let (subnets, groups) = (vpc.subnets.len(), vpc.security_groups.len());
        if !(1..=16).contains(&subnets) || !(1..=5).contains(&groups) {
            check.report(FunctionMistake::Vpc { subnets, groups });
        }
    }
    if options.file_system.is_some() && options.vpc.is_none() {
        check.report(FunctionMistake::FileSystemWithoutVpc);
    }
}
