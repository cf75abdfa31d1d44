//! What a message can carry beside its content.

/// Headers that travel with one message: trace context, a tenant, a deadline.
///
/// A message without headers pays nothing for them. Send with
/// [`ActorRef::tell_with`](crate::ActorRef::tell_with) or [`Ask::meta`](crate::Ask::meta), read with
/// [`Ctx::meta`](crate::Ctx::meta); [`Ctx::forward`](crate::Ctx::forward) passes them on.
/// The keys `traceparent`, `tracestate` and those that begin with `actor-` belong to the runtime.
///
/// ```
/// use actor::Meta;
/// let meta = Meta::new().header("tenant", "blue");
/// assert_eq!(meta.get("tenant"), Some("blue"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meta {
    headers: Vec<(String, String)>,
}

impl Meta {
    /// No headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a header; a second value for one key replaces the first.
    #[must_use]
    pub fn header(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let (key, value) = (key.into(), value.into());
        match self.headers.iter_mut().find(|(k, _)| *k == key) {
            Some(slot) => slot.1 = value,
            None => self.headers.push((key, value)),
        }
        self
    }

    /// The value of a header.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(k, _)| k == key)?;
        Some(&found.1)
    }

    /// All headers, in the order in which they were first set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// Whether there is no header.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty()
    }
}
