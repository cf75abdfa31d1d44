//! A subscriber of `tracing` that keeps what it is told.

#![allow(clippy::unwrap_used)] // for tests

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::subscriber::{Interest, Subscriber};
use tracing::{Event, Level, Metadata, span};

/// Notes what happens, each line with the spans that it is in.
#[derive(Debug, Clone)]
pub struct Notes {
    finest: Level,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    spans: Vec<String>,
    entered: Vec<u64>,
    events: Vec<String>,
}

impl Notes {
    /// Those of this level and above.
    #[must_use]
    pub fn new(finest: Level) -> Self {
        let inner = Arc::default();
        Self { finest, inner }
    }

    /// The spans that there were, with their fields.
    ///
    /// # Panics
    ///
    /// When another thread panicked with it.
    #[must_use]
    pub fn spans(&self) -> Vec<String> {
        self.inner.lock().unwrap().spans.clone()
    }

    /// The events that there were, each with its level, its fields and the span that it was in.
    ///
    /// # Panics
    ///
    /// When another thread panicked with it.
    #[must_use]
    pub fn events(&self) -> Vec<String> {
        self.inner.lock().unwrap().events.clone()
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!(" {field}={value:?}");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0 += &format!(" {field}={value}");
    }
}

impl Subscriber for Notes {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        match self.enabled(metadata) {
            true => Interest::always(),
            false => Interest::never(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= &self.finest && !metadata.target().starts_with("tokio")
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut fields = Fields(span.metadata().name().to_owned());
        span.record(&mut fields);
        let mut inner = self.inner.lock().unwrap();
        inner.spans.push(fields.0);
        span::Id::from_u64(inner.spans.len() as u64)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().level().to_string());
        event.record(&mut fields);
        let mut inner = self.inner.lock().unwrap();
        if let Some(&span) = inner.entered.last() {
            fields.0 += &format!(" in [{}]", inner.spans[span as usize - 1]);
        }
        inner.events.push(fields.0);
    }

    fn enter(&self, span: &span::Id) {
        self.inner.lock().unwrap().entered.push(span.into_u64());
    }

    fn exit(&self, span: &span::Id) {
        let left = self.inner.lock().unwrap().entered.pop();
        assert_eq!(left, Some(span.into_u64()));
    }
}
