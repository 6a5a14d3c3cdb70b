//! Why it cannot be said what deploying a template takes.

/// What keeps the permissions for a deployment from being computed, or from being limited.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum PermissionsMistake {
    /// A role has a managed policy that the template does not hold.
    #[error(
        "the role `{role}` has the policy `{policy}`, whose content the permissions boundary cannot repeat: \
         write what the role needs into its own policies"
    )]
    AttachedPolicy {
        /// The role's logical id.
        role: String,
        /// The policy's ARN.
        policy: String,
    },
    /// A role's policy names what it does not allow.
    #[error(
        "`{place}` has `NotAction` or `NotResource`, which the permissions boundary cannot repeat: name what it allows"
    )]
    NegativePolicy {
        /// The statement: `Role.Policies[0].PolicyDocument.Statement[1]`.
        place: String,
    },
    /// What a policy allows is known only in AWS.
    #[error(
        "what `{place}` allows is known only when it is deployed, so the permissions boundary cannot repeat it: write \
         policies and statements as maps with IAM's keys, and actions and conditions out"
    )]
    OpaquePolicy {
        /// The policy, document or statement: `Role.Policies[0].PolicyDocument.Statement[1]`.
        place: String,
    },
    /// A role may use something that is known only in AWS.
    #[error(
        "`{place}` allows `{action}` on `{resource}`, which is known only when it is deployed, so the permissions boundary \
         would allow `{example}` on everything of its type: give its ARN as a text, or as a setting of the environments"
    )]
    UnlimitedPolicy {
        /// The statement: `Role.Policies[0].PolicyDocument.Statement[1]`.
        place: String,
        /// The action, as it is written.
        action: String,
        /// The resource, as it is written.
        resource: String,
        /// An action that it stands for.
        example: String,
    },
    /// A role may use one of the template's resources, whose name AWS makes up.
    #[error(
        "`{place}` allows `{action}` on `{resource}`, which AWS finds a name for when it is deployed, so the permissions \
         boundary would allow `{example}` on everything of its type: give the resource a name that begins with \
         `${{AWS::StackName}}-`"
    )]
    UnnamedTarget {
        /// The statement: `Role.Policies[0].PolicyDocument.Statement[1]`.
        place: String,
        /// The action, as it is written.
        action: String,
        /// The resource, as it is written.
        resource: String,
        /// An action that it stands for.
        example: String,
    },
    /// A role may give rights, or act as others, on everything.
    #[error(
        "`{place}` allows `{action}` on `{resource}`: with `{example}` the service's roles, and whoever may push to its \
         repository, could act with the rights of others: name the actions that are needed, and the ARNs that they are \
         needed on"
    )]
    WidePolicy {
        /// The statement: `Role.Policies[0].PolicyDocument.Statement[1]`.
        place: String,
        /// The action, as it is written.
        action: String,
        /// The resource, as it is written.
        resource: String,
        /// An action that it stands for.
        example: String,
    },
    /// A role or user sets a permissions boundary of its own.
    #[error(
        "`{role}` sets a `PermissionsBoundary`, but the pipeline can make roles and users with its own boundary only: \
         leave the property out, and the pipeline's is set"
    )]
    OwnBoundary {
        /// The logical id of the role or user.
        role: String,
    },
    /// A policy is attached to somebody who is not in the template.
    #[error(
        "`{resource}.{property}` gives rights to a role or user that is not in the template, which no boundary of the \
         pipeline's can limit: refer to one of the template, or attach the policy outside of it"
    )]
    ForeignIdentity {
        /// The policy's logical id.
        resource: String,
        /// The property.
        property: String,
    },
    /// A resource is about IAM's groups.
    #[error(
        "`{resource}` is about a group of IAM's, whose rights no permissions boundary can limit: give the rights to roles \
         or users"
    )]
    Group {
        /// The resource's logical id.
        resource: String,
    },
    /// What the service's roles may do is more than their permissions boundary holds.
    #[error(
        "the policy that bounds the functions' roles of `{stack}` takes {characters} characters, and IAM allows 6,144: \
         let grants share statements and resources, or split the app"
    )]
    BoundaryTooLarge {
        /// The stack.
        stack: String,
        /// The policy, at its longest.
        characters: usize,
    },
    /// The service has resources that the pipeline's roles are not made for.
    #[error(
        "nothing says what CloudFormation needs for a resource of type `{0}`: \
         say it with `App::type_permission(\"{0}\", Statement::allow([...]).on(...))`"
    )]
    ResourceType(String),
    /// What is in a nested stack is in another template.
    #[error(
        "`{resource}` is a stack of its own, whose template is not known here. What CloudFormation needs for the stack itself is \
         granted; say what it needs for what is in its template with \
         `App::type_permission(\"AWS::CloudFormation::Stack\", Statement::allow([...]).on(...))`: names that it makes up \
         there begin with `${{AWS::StackName}}-{resource}`"
    )]
    NestedStack {
        /// The resource's logical id.
        resource: String,
    },
    /// A role that a resource is given is known only in AWS.
    #[error(
        "`{resource}.{property}` is a role that is known only when it is deployed, so the right to pass it would be one to \
         pass any: give its ARN as a text or a setting, or say which it is with `App::type_permission(\"{kind}\", \
         Statement::allow([\"iam:PassRole\"]).on(...))`"
    )]
    UnknownRole {
        /// The resource's logical id.
        resource: String,
        /// The property.
        property: String,
        /// The resource's type.
        kind: String,
    },
    /// Whom a resource of IAM's is about is known only in AWS.
    #[error(
        "`{resource}.{property}` names a role, user or group that is known only when it is deployed, so the rights on it \
         would be on any: refer to one of the template"
    )]
    UnknownIdentity {
        /// The resource's logical id.
        resource: String,
        /// The property.
        property: String,
    },
    /// What provides a custom resource is known only in AWS.
    #[error(
        "`{resource}.ServiceToken` is known only when it is deployed, so the right to invoke the provider would be one to \
         invoke any function: give its ARN as a text or a setting, or say which it is with \
         `App::type_permission(\"{kind}\", Statement::allow([\"lambda:InvokeFunction\"]).on(...))`"
    )]
    UnknownProvider {
        /// The resource's logical id.
        resource: String,
        /// The resource's type.
        kind: String,
    },
    /// What a role, a user, a policy or a function is called is known only in AWS.
    #[error(
        "`{resource}.{property}` is known only when it is deployed, so the rights on `{resource}` would be on everything of \
         its type: leave the name to CloudFormation, or give it as a text, a setting or beginning with `${{AWS::StackName}}-`"
    )]
    UnknownName {
        /// The resource's logical id.
        resource: String,
        /// The property.
        property: String,
    },
    /// On what an action is needed is known only in AWS, and on everything it would be too much.
    #[error(
        "`{resource}` takes `{action}` on something that is known only when it is deployed, and on everything of its type \
         that is too much: give what it refers to as a text or a setting, or say what it is with \
         `App::type_permission(\"{kind}\", Statement::allow([\"{action}\"]).on(...))`"
    )]
    UnknownTarget {
        /// The resource's logical id.
        resource: String,
        /// The action.
        action: String,
        /// The resource's type.
        kind: String,
    },
    /// What the App says of a type is known only in AWS.
    #[error(
        "`App::type_permission` for `{kind}` allows `{action}` on something, or under a condition, that is known only when \
         it is deployed, so it would be on everything: give the ARN as a text or a setting, or refer to a resource of the \
         App whose name is known"
    )]
    UnknownDeclaration {
        /// The resource type.
        kind: String,
        /// The actions.
        action: String,
    },
    /// Which secret or parameter is looked up is known only in AWS.
    #[error(
        "the dynamic reference `{{{{resolve:{0}}}}}` is to something that is known only when it is deployed (`*`), so the \
         right to read it would be one to read all: give its name as a text or a setting"
    )]
    UnknownReference(String),
    /// An output of a stack that only AWS knows.
    #[error(
        "the stack or the role of `Fn::GetStackOutput` for the output `{output}` of `{stack}` is known only when it is deployed (`*`), \
         so the right to read it would be one to read all: give its name as a text"
    )]
    UnknownImport {
        /// The stack.
        stack: String,
        /// The output.
        output: String,
    },
    /// Resources refer to each other in a circle.
    #[error(
        "{0} is a circle of references, which CloudFormation refuses, and leaves these resources without names: give one of \
         them its name as a text, or let it refer to another resource"
    )]
    Circle(String),
}
