//! What is for all routes of an API, and CloudFront in front of them.

use crate::{
    App, Distribution,
    trigger::{ApiOptions, RestApiOptions, WebSocketOptions},
};

impl App {
    /// What is for all routes of its HTTP API: CORS, an authorizer, throttling, access logs.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, service_fn, trigger::{ApiOptions, Cors, HttpApi, Jwt}};
    ///
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello")
    ///     .http_api(ApiOptions::new().cors(Cors::origin("https://hello.example")).throttle(200, 100).access_logs())
    ///     .function(hello.trigger(HttpApi::get("/hello").authorizer(Jwt::issuer("https://id.example").audience("hello"))));
    /// app.check().unwrap();
    /// ```
    pub fn http_api(mut self, options: ApiOptions) -> Self {
        if options.has_access_logs() {
            // What the deliveries of access logs take is on all of them, as `access_logs` says.
            self.shared_types.insert("AWS::ApiGatewayV2::Stage".to_owned());
        }
        *self.http_api = Some(options);
        self
    }

    /// What is for all routes of its REST API: stage, endpoint, who may come, throttling, access logs, usage plans.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, service_fn, trigger::{RestApi, RestApiOptions, UsagePlan}};
    ///
    /// let orders = Function::http("orders", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Orders")
    ///     .rest_api(RestApiOptions::new().throttle(200, 100).usage_plan(UsagePlan::new("partners").key("acme")))
    ///     .function(orders.trigger(RestApi::post("/orders").api_key()));
    /// app.check().unwrap();
    /// ```
    pub fn rest_api(mut self, options: RestApiOptions) -> Self {
        *self.rest_api = Some(options);
        self
    }

    /// What is for all routes of its WebSocket API: what selects a route, throttling, access logs.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, service_fn, trigger::{WebSocket, WebSocketOptions}};
    ///
    /// let chat = Function::http("chat", service_fn(async |_: Request| Ok::<_, Error>(())));
    /// let app = App::new("Chat")
    ///     .web_socket(WebSocketOptions::new().throttle(200, 100))
    ///     .function(chat.trigger(WebSocket::connect()).trigger(WebSocket::default_route()));
    /// app.check().unwrap();
    /// ```
    pub fn web_socket(mut self, options: WebSocketOptions) -> Self {
        if options.has_access_logs() {
            self.shared_types.insert("AWS::ApiGatewayV2::Stage".to_owned());
        }
        *self.web_socket = Some(options);
        self
    }

    /// CloudFront in front of the service's addresses.
    ///
    /// # Example
    ///
    /// [`Distribution`] has one.
    pub fn distribution(mut self, distribution: Distribution) -> Self {
        // What CloudFront has is in no region, and its ids tell nothing of their stack, as `Distribution` says.
        self.shared_types.insert("AWS::CloudFront::Distribution".to_owned());
        if distribution.signs() {
            self.shared_types.insert("AWS::CloudFront::OriginAccessControl".to_owned());
        }
        #[cfg(feature = "site")]
        if let Some(site) = distribution.site() {
            for kind in ["AWS::CloudFront::Function", "AWS::CloudFront::OriginAccessControl"] {
                self.shared_types.insert(kind.to_owned());
            }
            self.files.push(|| site.files());
            self = self.function(site.function());
        }
        *self.distribution = Some(distribution);
        self
    }
}
