//! The user has own types with the names of the language and of the framework.

#![allow(dead_code)]

struct Result;
struct Option;
struct Send;
struct Context;
struct Future;
struct Box;
struct Reply;
struct Pin;
struct Meta;
struct Outcome;
struct Envelope;
struct String;
struct CounterMsg;
struct Ok;
struct Some;
#[allow(non_camel_case_types)]
struct str;

#[actor::actor(mailbox = 4)]
struct Counter;

#[actor::actor]
impl Counter {
    #[actor::handler]
    fn result(&self, _: Result) -> Option {
        Option
    }

    #[actor::handler]
    async fn option(&self, _: Option) -> Send {
        Send
    }

    #[actor::handler]
    fn context(&self, _: Context) -> Box {
        Box
    }

    #[actor::handler(boxed)]
    async fn future(&self, _: Future, reply: actor::Reply<Outcome>) {
        reply.send(Outcome);
    }

    #[actor::handler]
    fn reply(&self, _: Reply) -> Envelope {
        Envelope
    }

    #[actor::handler]
    fn message(&self, _: CounterMsg) -> std::result::Result<Ok, Some> {
        std::result::Result::Ok(Ok)
    }

    #[actor::on(started)]
    fn started(&self) -> std::result::Result<(), Meta> {
        std::result::Result::Ok(())
    }
}

fn main() {
    let _ = |counter: &actor::ActorRef<Counter>| {
        let _ = counter.tell(Result);
        let _ = counter.tell(CounterMsg);
        let _ = counter.tell(Reply);
    };
}
