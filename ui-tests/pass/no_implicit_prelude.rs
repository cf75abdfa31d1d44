//! Nothing of the prelude is in scope.

#![no_implicit_prelude]

struct Add(i64);
struct Get;
struct Check;

#[::actor::actor(mailbox = 8)]
struct Counter {
    total: i64,
}

#[::actor::actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: Add) {
        self.total += msg.0;
    }

    #[handler]
    async fn get(&self, _: Get, reply: ::actor::Reply<i64>) {
        reply.send(self.total);
    }

    #[handler(fails, boxed)]
    async fn check(&self, _: Check) -> ::std::result::Result<(), ::std::string::String> {
        ::std::result::Result::Ok(())
    }

    #[on(started)]
    fn started(&mut self) -> ::std::result::Result<(), u8> {
        ::std::result::Result::Ok(())
    }

    #[on(terminated)]
    async fn gone(&mut self, _: ::actor::Terminated) {}
}

fn main() {
    let counter = Counter { total: 0 };
    ::std::assert_eq!(counter.total, 0);
    let _ = |counter: &::actor::ActorRef<Counter>| {
        ::std::mem::drop(counter.tell(Add(1)));
        ::std::mem::drop(counter.tell(Get));
        ::std::mem::drop(counter.tell(Check));
    };
}
