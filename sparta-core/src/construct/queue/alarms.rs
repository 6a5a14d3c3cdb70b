//! Alarms of queues.

use super::Queue;
use crate::{Alarm, cfn::Value};

impl Alarm {
    /// For how many seconds the oldest message of a queue has waited.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Alarm, construct::Queue};
    ///
    /// let late = Alarm::age(Queue::new("orders")).above(600);
    /// let failed = Alarm::dead_letters(Queue::new("orders"));
    /// ```
    pub fn age<Origin>(queue: Queue<Origin>) -> Self {
        Self::of_queue(queue.called(), &queue.arn(), "Age", "ApproximateAgeOfOldestMessage")
    }

    /// Messages in a queue's dead-letter queue; above 0, unless it says otherwise.
    ///
    /// A queue that has none has no such alarm, which is a mistake. Of an existing queue, watch the other one by
    /// [`metric`](Self::metric).
    pub fn dead_letters<Origin>(queue: Queue<Origin>) -> Self {
        let arn = queue.dead_letters_arn().unwrap_or(Value::Null);
        Self::of_queue(queue.called(), &arn, "DeadLetters", "ApproximateNumberOfMessagesVisible").above(0)
    }
}
