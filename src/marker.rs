//! Which build a binary is, where packaging finds it in the file.

#[used]
static MARKER: &str = TEXT;

#[cfg(sparta_serving)]
const TEXT: &str = concat!("SPARTA_BUILD=serving;", env!("CARGO_PKG_VERSION"), ";");
#[cfg(all(not(sparta_serving), feature = "aws"))]
const TEXT: &str = concat!("SPARTA_BUILD=aws;", env!("CARGO_PKG_VERSION"), ";");
#[cfg(not(any(sparta_serving, feature = "aws")))]
const TEXT: &str = concat!("SPARTA_BUILD=plain;", env!("CARGO_PKG_VERSION"), ";");
