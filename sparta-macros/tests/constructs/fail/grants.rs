//! What a function cannot do with a construct, and what cannot be said of one that exists already.

use std::time::Duration;

use sparta_core::construct::{Queue, Table};

fn main() {
    // A queue has no items to read.
    Queue::new("clicks").read();
    // An index is of a table, not of a queue.
    Queue::new("clicks").send().index("by-owner");
    // Whoever made the table has said what its key is.
    Table::existing("links").key("code");
    Queue::existing("clicks").retention(Duration::from_secs(60));
}
