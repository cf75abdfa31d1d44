//! An `Err` that nobody reads is counted, published and goes no further; one of `#[handler(fails)]` is a failure.

use std::fmt;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use actor::prelude::*;
use actor::{AskError, Event, Stage, UnreadError};
use actor_tests::{Gate, Oops, all_events, at_rest, quiet, system};

type Alias<T> = Result<T, Oops>;

mod other {
    pub(crate) type Result<T, E = super::Oops> = std::result::Result<T, E>;
}

#[derive(Debug)]
struct Debugged;
struct Mute;
/// Neither `Send` nor `Sync` matters to an error that is only rendered.
struct NotSync(std::cell::Cell<u8>);

impl fmt::Display for NotSync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not sync {}", self.0.get())
    }
}

struct Plain(bool);
struct Aliased(bool);
struct Renamed(bool);
struct Debugging;
struct Muted;
struct NotShared;
struct Boxed;
struct Slow(Gate);
struct Later(bool);
struct Fails(bool);
struct FailsMute;
struct FailsNotShared;
struct Ping;

#[actor]
#[derive(Default)]
struct Service;

fn fail_if(fails: bool) -> Result<u32, Oops> {
    if fails { Err(Oops(1)) } else { Ok(1) }
}

#[actor]
impl Service {
    #[handler]
    fn plain(&mut self, msg: Plain) -> Result<u32, Oops> {
        fail_if(msg.0)
    }

    #[handler]
    fn aliased(&mut self, msg: Aliased) -> Alias<u32> {
        fail_if(msg.0)
    }

    #[handler]
    async fn renamed(&mut self, msg: Renamed) -> other::Result<u32> {
        fail_if(msg.0)
    }

    #[handler]
    fn debugging(&mut self, _: Debugging) -> Result<(), Debugged> {
        Err(Debugged)
    }

    #[handler]
    fn muted(&mut self, _: Muted) -> Result<(), Mute> {
        Err(Mute)
    }

    #[handler]
    fn not_shared(&mut self, _: NotShared) -> Result<(), NotSync> {
        Err(NotSync(std::cell::Cell::new(7)))
    }

    #[handler]
    fn boxed(&mut self, _: Boxed) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err("in a box".into())
    }

    #[handler]
    async fn slow(&mut self, msg: Slow) -> Result<u32, Oops> {
        msg.0.pass().await;
        fail_if(true)
    }

    #[handler]
    fn later(&mut self, msg: Later, reply: Reply<Alias<u32>>) {
        reply.send(fail_if(msg.0));
    }

    #[handler(fails)]
    fn fails(&mut self, msg: Fails) -> Alias<u32> {
        fail_if(msg.0)
    }

    #[handler(fails)]
    async fn fails_mute(&mut self, _: FailsMute) -> Result<u32, Mute> {
        Err(Mute)
    }

    #[handler(fails)]
    fn fails_not_shared(&mut self, _: FailsNotShared) -> Result<u32, NotSync> {
        Err(NotSync(std::cell::Cell::new(8)))
    }

    #[handler]
    fn ping(&self, _: Ping) {}
}

fn unread(events: &mut actor::Events) -> Vec<UnreadError> {
    all_events(events, |event| match event {
        Event::UnreadError(unread) => Some(unread.clone()),
        _ => None,
    })
}

/// Tells `message`, and gives the error that is then reported.
async fn told<M>(message: M) -> String
where
    M: actor::HandledBy<Service>,
{
    let system = system();
    let mut events = system.events();
    let service = system.spawn(Service::default);
    assert!(service.tell(message).is_ok());
    quiet().await;
    assert!(service.ask(Ping).await.is_ok(), "the actor goes on");
    let stats = at_rest(&system);
    assert_eq!(
        (stats.handled, stats.failed, stats.unread_errors),
        (2, 0, 1)
    );
    assert_eq!(stats.late_replies, 0);
    let reports = unread(&mut events);
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].actor, service.pid());
    assert_eq!(reports[0].message_type, std::any::type_name::<M>());
    reports[0].error.clone()
}

#[tokio::test(start_paused = true)]
async fn an_error_of_a_told_message_is_reported_and_the_actor_goes_on() {
    assert_eq!(told(Plain(true)).await, "oops 1");
    assert_eq!(told(Later(true)).await, "oops 1");
}

#[tokio::test(start_paused = true)]
async fn a_result_is_recognised_behind_an_alias() {
    assert_eq!(told(Aliased(true)).await, "oops 1");
    assert_eq!(told(Renamed(true)).await, "oops 1");
}

#[tokio::test(start_paused = true)]
async fn every_error_type_is_rendered_as_well_as_it_can() {
    assert_eq!(told(Debugging).await, "Debugged");
    assert!(told(Muted).await.ends_with("Mute"));
    assert_eq!(told(NotShared).await, "not sync 7");
    assert_eq!(told(Boxed).await, "in a box");
}

#[tokio::test(start_paused = true)]
async fn an_ok_and_an_error_that_is_read_are_nothing_to_report() {
    let system = system();
    let mut events = system.events();
    let service = system.spawn(Service::default);
    for fails in [false, true] {
        assert_eq!(service.ask(Plain(fails)).await.ok(), Some(fail_if(fails)));
        assert_eq!(service.ask(Aliased(fails)).await.ok(), Some(fail_if(fails)));
        assert_eq!(service.ask(Renamed(fails)).await.ok(), Some(fail_if(fails)));
        assert_eq!(service.ask(Later(fails)).await.ok(), Some(fail_if(fails)));
    }
    service.tell(Plain(false)).expect("room");
    service.tell(Later(false)).expect("room");
    quiet().await;
    assert_eq!(at_rest(&system).unread_errors, 0);
    assert_eq!(unread(&mut events), []);
}

#[tokio::test(start_paused = true)]
async fn an_error_whose_asker_is_gone_is_unread_and_late() {
    let system = system();
    let mut events = system.events();
    let (service, gate) = (system.spawn(Service::default), Gate::default());
    // It times out in the handler.
    let asked = service
        .ask(Slow(gate.clone()))
        .timeout(Duration::from_millis(10))
        .await;
    assert!(matches!(asked, Err(AskError::Timeout)));
    gate.open();
    quiet().await;
    // It goes away.
    {
        let mut asked = pin!(service.ask(Slow(gate.clone())));
        assert!(
            asked
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        quiet().await;
    }
    gate.open();
    quiet().await;
    let stats = at_rest(&system);
    assert_eq!(
        (stats.unread_errors, stats.late_replies, stats.handled),
        (2, 2, 2)
    );
    assert_eq!(unread(&mut events).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_of_a_handler_that_fails_is_the_actors_failure() {
    let system = system();
    let mut events = system.events();
    let service = system.spawn(Service::default);
    assert_eq!(service.ask(Fails(false)).await.ok(), Some(Ok(1)));
    service.tell(Fails(true)).expect("room");
    let reason = service.stopped().await;
    let failure = reason.failure().expect("a failure");
    assert_eq!(
        failure.stage(),
        Stage::Handling(std::any::type_name::<Fails>())
    );
    assert_eq!(failure.downcast_ref::<Oops>(), Some(&Oops(1)));
    assert_eq!(failure.text(), "oops 1");
    let stats = at_rest(&system);
    assert_eq!(
        (stats.handled, stats.failed, stats.unread_errors),
        (1, 1, 0)
    );
    assert_eq!(unread(&mut events), []);

    let service = system.spawn(Service::default);
    assert!(matches!(
        service.ask(Fails(true)).await,
        Err(AskError::Failed)
    ));
    assert!(service.stopped().await.failure().is_some());
}

#[tokio::test(start_paused = true)]
async fn every_error_type_can_be_a_failure() {
    let system = system();
    let service = system.spawn(Service::default);
    service.tell(FailsMute).expect("room");
    let reason = service.stopped().await;
    let failure = reason.failure().expect("a failure");
    assert!(failure.text().ends_with("Mute"));
    assert!(failure.downcast_ref::<Mute>().is_some());

    let service = system.spawn(Service::default);
    service.tell(FailsNotShared).expect("room");
    let reason = service.stopped().await;
    let failure = reason.failure().expect("a failure");
    assert_eq!(failure.text(), "not sync 8");
    assert!(
        failure.downcast_ref::<NotSync>().is_none(),
        "it cannot be kept"
    );
}
