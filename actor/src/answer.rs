//! What generated code calls around a handler.

use crate::ctx::{Ctx, Dropping};
use crate::failure::Fault;
use crate::handles::{HandlerNumber, Receives};
use crate::outcome::Outcome;
use crate::reply::{Reply, ReplyTo, Unread, settle};

#[doc(hidden)]
impl<A: Receives> Ctx<A> {
    /// A message's turn has come. `false`: its asker gave up before.
    #[inline]
    pub fn __start<R>(&mut self, to: &ReplyTo<R>, handler: HandlerNumber) -> bool {
        self.me.cell.head.progress.set_handler(handler);
        to.start() || self.expire()
    }

    /// Always `false`.
    #[cold]
    fn expire(&mut self) -> bool {
        self.set_dropping(Dropping::Expired);
        false
    }

    pub fn __reply<R>(
        &self,
        to: ReplyTo<R>,
        message_type: &'static str,
        unread: Option<Unread<R>>,
    ) -> Reply<R> {
        Reply::new(to, self.me.cell.clone(), message_type, unread)
    }

    #[inline]
    pub fn __answer<R>(&self, to: ReplyTo<R>, answer: R) -> Outcome {
        self.__answer_or_report(to, "", None, answer)
    }

    #[inline]
    pub fn __answer_or_report<R>(
        &self,
        to: ReplyTo<R>,
        message_type: &'static str,
        unread: Option<Unread<R>>,
        answer: R,
    ) -> Outcome {
        self.me.cell.head.handled();
        settle(to.send(answer), &*self.me.cell, message_type, unread);
        Outcome::Handled
    }

    pub fn __answer_or_fail<T, E>(
        &self,
        to: ReplyTo<Result<T, E>>,
        answer: Result<T, E>,
        fault: fn(E) -> Box<Fault>,
    ) -> Outcome {
        match answer {
            Ok(answer) => self.__answer(to, Ok(answer)),
            Err(error) => {
                self.me.cell.head.failed();
                to.fail();
                Outcome::Failed(fault(error))
            }
        }
    }
}
