//! Text in HTML and SVG.

use std::fmt::{self, Display, Write};

use crate::output::Shown;

/// A text in which a browser reads nothing but what it says, between tags and in quoted attributes. What is obeyed without being seen, such as
/// characters that turn the direction, is written out.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in Shown(self.0).to_string().chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
