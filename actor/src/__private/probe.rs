//! What generated code asks about types that it knows only by name.
//!
//! A handler's return type may be an alias (`anyhow::Result<Row>`), so a macro cannot see whether it is a `Result`, nor
//! what its error can do. The compiler can: a method call on `&&&Probe<T>` takes the first implementation in the order
//! of dereferencing that fits ("autoref specialization"). The traits below are ranked by the number of `&` in their
//! implementations. It needs concrete types, which generated code has, and works for every error type.
//!
//! Generated code writes
//!
//! ```ignore
//! use ::actor::__private::unread::*;
//! let render: Option<fn(&R) -> Option<String>> = (&&&&Probe::<R>::new()).unread();
//!
//! use ::actor::__private::fault::*;
//! let fault: fn(E) -> Box<Fault> = (&&&&&&Probe::of_error(&result)).fault();
//! ```

use super::{Actor, Fault, Idles, Receives, ReplyTo};
use std::convert::Infallible;
use std::fmt::{Debug, Display};
use std::marker::PhantomData;

/// Stands for a type without having a value of it.
pub struct Probe<T>(PhantomData<fn() -> T>);

impl<T> Probe<T> {
    /// Asks about a type that can be named.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// Asks about the error of a result.
    pub const fn of_error<V>(_result: &Result<V, T>) -> Self {
        Self(PhantomData)
    }
}

/// Renders an `Err`; `None` for `Ok`.
type Unread<R> = fn(&R) -> Option<String>;

/// How an `Err` in a reply of type `R` is rendered when nobody reads it. Import with `use unread::*`.
pub mod unread {
    pub use super::{UnreadDebug as _, UnreadDisplay as _, UnreadName as _, UnreadNothing as _};
}

/// A `Result` whose error implements `Display`.
pub trait UnreadDisplay<R> {
    /// Renders by `Display`.
    fn unread(&self) -> Option<Unread<R>>;
}

impl<V, E: Display> UnreadDisplay<Result<V, E>> for &&&Probe<Result<V, E>> {
    fn unread(&self) -> Option<Unread<Result<V, E>>> {
        Some(|reply| reply.as_ref().err().map(E::to_string))
    }
}

/// A `Result` whose error implements `Debug`.
pub trait UnreadDebug<R> {
    /// Renders by `Debug`.
    fn unread(&self) -> Option<Unread<R>>;
}

impl<V, E: Debug> UnreadDebug<Result<V, E>> for &&Probe<Result<V, E>> {
    fn unread(&self) -> Option<Unread<Result<V, E>>> {
        Some(|reply| reply.as_ref().err().map(|error| format!("{error:?}")))
    }
}

/// A `Result` whose error cannot be rendered.
pub trait UnreadName<R> {
    /// Renders the name of the error's type.
    fn unread(&self) -> Option<Unread<R>>;
}

impl<V, E> UnreadName<Result<V, E>> for &Probe<Result<V, E>> {
    fn unread(&self) -> Option<Unread<Result<V, E>>> {
        Some(|reply| reply.as_ref().err().map(|_| type_name::<E>()))
    }
}

/// Anything that is no `Result`.
pub trait UnreadNothing<R> {
    /// There is nothing to read.
    fn unread(&self) -> Option<Unread<R>>;
}

impl<R> UnreadNothing<R> for Probe<R> {
    fn unread(&self) -> Option<Unread<R>> {
        None
    }
}

/// How an error becomes a failure of the actor. Import with `use fault::*`.
pub mod fault {
    pub use super::{
        FaultDebug as _, FaultDisplay as _, FaultName as _, LocalFaultDebug as _,
        LocalFaultDisplay as _, LocalFaultName as _,
    };
}

/// An error that implements `Display` and can be kept.
pub trait FaultDisplay<E> {
    /// Renders by `Display` and keeps the error.
    fn fault(&self) -> fn(E) -> Box<Fault>;
}

impl<E: Display + Send + Sync + 'static> FaultDisplay<E> for &&&&&Probe<E> {
    fn fault(&self) -> fn(E) -> Box<Fault> {
        |error| kept(error.to_string(), error)
    }
}

/// An error that implements `Debug` and can be kept.
pub trait FaultDebug<E> {
    /// Renders by `Debug` and keeps the error.
    fn fault(&self) -> fn(E) -> Box<Fault>;
}

impl<E: Debug + Send + Sync + 'static> FaultDebug<E> for &&&&Probe<E> {
    fn fault(&self) -> fn(E) -> Box<Fault> {
        |error| kept(format!("{error:?}"), error)
    }
}

/// An error that can be kept but not rendered.
pub trait FaultName<E> {
    /// Renders the type's name and keeps the error.
    fn fault(&self) -> fn(E) -> Box<Fault>;
}

impl<E: Send + Sync + 'static> FaultName<E> for &&&Probe<E> {
    fn fault(&self) -> fn(E) -> Box<Fault> {
        |error| kept(type_name::<E>(), error)
    }
}

/// An error that implements `Display`.
pub trait LocalFaultDisplay<E> {
    /// Renders by `Display`.
    fn fault(&self) -> fn(E) -> Box<Fault>;
}

impl<E: Display> LocalFaultDisplay<E> for &&Probe<E> {
    fn fault(&self) -> fn(E) -> Box<Fault> {
        |error| text_only(error.to_string())
    }
}

/// An error that implements `Debug`.
pub trait LocalFaultDebug<E> {
    /// Renders by `Debug`.
    fn fault(&self) -> fn(E) -> Box<Fault>;
}

impl<E: Debug> LocalFaultDebug<E> for &Probe<E> {
    fn fault(&self) -> fn(E) -> Box<Fault> {
        |error| text_only(format!("{error:?}"))
    }
}

/// Any error.
pub trait LocalFaultName<E> {
    /// Renders the type's name.
    fn fault(&self) -> fn(E) -> Box<Fault>;
}

impl<E> LocalFaultName<E> for Probe<E> {
    fn fault(&self) -> fn(E) -> Box<Fault> {
        |_| text_only(type_name::<E>())
    }
}

fn kept<E: Send + Sync + 'static>(text: String, error: E) -> Box<Fault> {
    Box::new(Fault {
        text,
        error: Some(Box::new(error)),
    })
}

fn text_only(text: String) -> Box<Fault> {
    Box::new(Fault { text, error: None })
}

fn type_name<E>() -> String {
    std::any::type_name::<E>().to_owned()
}

/// What a handler with `#[handler(fails)]` returns.
#[diagnostic::on_unimplemented(
    message = "a handler with `fails` returns a `Result`, and `{Self}` is none",
    label = "not a `Result`",
    note = "change the return type or remove `fails`"
)]
#[allow(clippy::type_complexity)]
pub trait FailingReply: Sized {
    /// The type of the value.
    type Value;
    /// The type of the error.
    type Error;
    /// Shows both as what they are.
    fn split(
        to: ReplyTo<Self>,
        answer: Self,
    ) -> (
        ReplyTo<Result<Self::Value, Self::Error>>,
        Result<Self::Value, Self::Error>,
    );
}

impl<V, E> FailingReply for Result<V, E> {
    type Value = V;
    type Error = E;
    fn split(to: ReplyTo<Self>, answer: Self) -> (ReplyTo<Self>, Self) {
        (to, answer)
    }
}

/// What a lifecycle method returns.
#[diagnostic::on_unimplemented(
    message = "a lifecycle method returns nothing or a `Result<(), E>`, and not `{Self}`",
    label = "not a result of a lifecycle method",
    note = "change the return type of the method"
)]
pub trait LifecycleResult {
    /// The type of the error.
    type Error;
    /// Shows it as what it is.
    fn into_result(self) -> Result<(), Self::Error>;
}

impl LifecycleResult for () {
    type Error = Infallible;
    fn into_result(self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl<E> LifecycleResult for Result<(), E> {
    type Error = E;
    fn into_result(self) -> Self {
        self
    }
}

/// The outcome of a lifecycle method.
pub fn lifecycle_result<E>(
    result: Result<(), E>,
    fault: fn(E) -> Box<Fault>,
) -> Result<(), Box<Fault>> {
    result.map_err(fault)
}

/// Complains where a message, a reply or an actor is not `Send`.
pub const fn assert_send<T: Send + 'static>() {}

/// Lets a type pass if `SOUND` is true; see [`Pass`].
pub struct Gate<const SOUND: bool>;

/// The type `T`, or none at all if the constant of the [`Gate`] could not be evaluated.
pub trait Pass<T> {
    /// `T`
    type Itself;
}

impl<T> Pass<T> for Gate<true> {
    type Itself = T;
}

/// The envelope of an actor.
pub type EnvelopeOf<A> = <A as Receives>::Sent;

/// Complains where a type with `#[actor]` has no `#[actor] impl` block.
pub fn assert_actor<A: Actor>() {}

/// Complains where a type with `#[actor(idle = ..)]` has no `#[on(idle)]` method.
pub fn assert_idles<A: Idles>() {}

/// The data of a behavior as its handler takes it: of the same type.
#[diagnostic::on_unimplemented(
    message = "the data of this behavior is a `{Self}`, and no `{Given}`",
    label = "not the data of the behavior",
    note = "take it as it is declared: `&mut {Self}`"
)]
pub trait TakenAs<Given> {
    /// The same.
    fn taken(&mut self) -> &mut Given;
}

impl<T> TakenAs<T> for T {
    fn taken(&mut self) -> &mut T {
        self
    }
}

/// Complains where a handler takes other data than its behavior has.
pub fn behavior_data<Given, Declared: TakenAs<Given>>(declared: &mut Declared) -> &mut Given {
    declared.taken()
}

/// The data that the first behavior starts with.
#[diagnostic::on_unimplemented(
    message = "the first behavior starts with the default of its data, and `{Self}` has none",
    label = "no `Default`",
    note = "put a behavior without data first, or implement `Default` for `{Self}`"
)]
pub trait FirstData {
    /// Its default.
    fn first() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> FirstData for T {
    fn first() -> T {
        T::default()
    }
}

/// The data that the first behavior starts with.
pub fn first_data<T: FirstData>() -> T {
    T::first()
}

/// The reply of one of several handlers of a message: of the same type.
#[diagnostic::on_unimplemented(
    message = "handlers of one message reply with one type: an earlier one with `{Declared}`, and this one with `{Self}`",
    label = "another reply for the same message",
    note = "reply with `{Declared}` in each behavior, or take another message"
)]
pub trait ReplyIs<Declared>: Sized {
    /// The same.
    fn of(to: ReplyTo<Declared>) -> ReplyTo<Self>;
}

impl<T> ReplyIs<T> for T {
    fn of(to: ReplyTo<T>) -> ReplyTo<T> {
        to
    }
}

/// Complains where two handlers of one message reply with different types.
pub fn reply_as<Given: ReplyIs<Declared>, Declared>(to: ReplyTo<Declared>) -> ReplyTo<Given> {
    Given::of(to)
}

#[cfg(test)]
#[allow(clippy::needless_borrow)] // the references rank the traits
mod tests {
    use super::fault::*;
    use super::unread::*;
    use super::*;
    use std::fmt;
    use std::rc::Rc;

    struct Shown;
    impl Display for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("shown")
        }
    }

    #[derive(Debug)]
    struct Debugged;

    struct Mute;

    struct LocalShown(#[allow(dead_code)] Rc<()>);
    impl Display for LocalShown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("local")
        }
    }

    type Alias<T, E = Shown> = Result<T, E>;

    fn render<R>(probed: Option<Unread<R>>, reply: R) -> Option<String> {
        probed.and_then(|render| render(&reply))
    }

    #[test]
    fn what_is_no_result_has_nothing_unread() {
        assert!((&&&&Probe::<i64>::new()).unread().is_none());
        assert!((&&&&Probe::<Option<Shown>>::new()).unread().is_none());
    }

    #[test]
    fn an_unread_error_is_rendered_by_the_best_means() {
        let shown = (&&&&Probe::<Alias<i64>>::new()).unread();
        assert_eq!(render(shown, Err(Shown)).as_deref(), Some("shown"));
        assert_eq!(render(shown, Ok(1)), None);
        let debugged = (&&&&Probe::<Alias<(), Debugged>>::new()).unread();
        assert_eq!(render(debugged, Err(Debugged)).as_deref(), Some("Debugged"));
        let mute = (&&&&Probe::<Result<(), Mute>>::new()).unread();
        assert!(render(mute, Err(Mute)).is_some_and(|text| text.ends_with("Mute")));
    }

    #[test]
    fn a_generic_value_does_not_hide_the_error() {
        fn probed<V>() -> Option<Unread<Result<V, Shown>>> {
            (&&&&Probe::<Result<V, Shown>>::new()).unread()
        }
        assert_eq!(render(probed::<u8>(), Err(Shown)).as_deref(), Some("shown"));
    }

    #[test]
    fn a_fault_keeps_an_error_that_can_travel_between_threads() {
        let result: Alias<u8> = Err(Shown);
        let fault = (&&&&&&Probe::of_error(&result)).fault()(Shown);
        assert_eq!(fault.text, "shown");
        assert!(fault.error.is_some_and(|error| error.is::<Shown>()));

        let result: Result<(), Debugged> = Err(Debugged);
        let fault = (&&&&&&Probe::of_error(&result)).fault()(Debugged);
        assert_eq!(fault.text, "Debugged");
        assert!(fault.error.is_some_and(|error| error.is::<Debugged>()));

        let result: Result<(), Mute> = Err(Mute);
        let fault = (&&&&&&Probe::of_error(&result)).fault()(Mute);
        assert!(fault.text.ends_with("Mute"));
        assert!(fault.error.is_some_and(|error| error.is::<Mute>()));
    }

    #[test]
    fn a_fault_renders_an_error_that_cannot_be_kept() {
        let result: Result<(), LocalShown> = Ok(());
        let fault = (&&&&&&Probe::of_error(&result)).fault()(LocalShown(Rc::new(())));
        assert_eq!(fault.text, "local");
        assert!(fault.error.is_none());

        let result: Result<(), Rc<()>> = Ok(());
        let fault = (&&&&&&Probe::of_error(&result)).fault()(Rc::new(()));
        assert_eq!(fault.text, "()");
        assert!(fault.error.is_none());
    }

    #[test]
    fn a_lifecycle_method_may_return_nothing() {
        assert!(().into_result().is_ok());
        assert!(Err::<(), _>(Shown).into_result().is_err());
    }
}
