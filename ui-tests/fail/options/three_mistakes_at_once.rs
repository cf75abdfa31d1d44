use actor::prelude::*;

struct Add(i64);

#[actor(mailbox = 0, kind = "counter", stahs = 3)]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: Add) {
        self.total += msg.0;
    }
}

fn tells(counter: &ActorRef<Counter>) {
    // what is wrong with an option must not become a second error here
    let _ = counter.tell(Add(1));
}

fn main() {}
