//! What somebody agrees to beforehand.

/// What the options agree to.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Acceptance {
    /// Update the stack even where that widens permissions or opens something to the network, without asking
    #[arg(long = "acceptWidening", alias = "accept-widening")]
    pub(super) accept_widening: bool,

    /// Update the stack even where the data of this resource is deleted or left behind; may be repeated
    #[arg(long = "acceptDataLoss", alias = "accept-data-loss", value_name = "LOGICAL_ID")]
    pub(super) accept_data_loss: Vec<String>,
}
