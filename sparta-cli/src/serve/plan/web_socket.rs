//! The WebSocket API, as the template has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{super::values::Values, guard::Guard};

/// The App's WebSocket API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WebSocketPlan {
    pub(crate) stage: String,
    /// The variables of the stage.
    pub(crate) variables: BTreeMap<String, String>,
    /// What of a message selects its route: `$request.body.action`.
    pub(crate) selection: String,
    pub(crate) routes: Vec<WebSocketRoute>,
}

/// A route of the WebSocket API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WebSocketRoute {
    /// `$connect`, `$disconnect`, `$default`, or what messages say.
    pub(crate) key: String,
    pub(crate) function: String,
    /// Who may connect.
    pub(crate) guard: Guard,
    /// Whether answers go to the client.
    pub(crate) is_two_way: bool,
}

impl WebSocketPlan {
    pub(crate) fn route(&self, key: &str) -> Option<&WebSocketRoute> {
        self.routes.iter().find(|route| route.key == key)
    }
}

impl Values<'_> {
    pub(super) fn web_socket(&self) -> Option<WebSocketPlan> {
        let mut apis = self.of_type("AWS::ApiGatewayV2::Api");
        let (id, api) = apis.find(|(_, api)| api["Properties"]["ProtocolType"] == "WEBSOCKET")?;
        let is_own = |stage: &Value| self.referred(&stage["Properties"]["ApiId"]).iter().any(|it| it == id);
        let mut stages = self.of_type("AWS::ApiGatewayV2::Stage").filter(|(_, stage)| is_own(stage));
        let route = |route: &Value| {
            Some(WebSocketRoute {
                key: self.text(&route["RouteKey"])?,
                function: self.function_of(&route["Target"])?,
                guard: self.guard_of_route(route),
                is_two_way: !route["RouteResponseSelectionExpression"].is_null(),
            })
        };
        Some(WebSocketPlan {
            stage: stages.find_map(|(_, stage)| self.text(&stage["Properties"]["StageName"]))?,
            variables: self.stage_variables(id),
            selection: self.text(&api["Properties"]["RouteSelectionExpression"])?,
            routes: self.routes_of(id).filter_map(route).collect(),
        })
    }
}
