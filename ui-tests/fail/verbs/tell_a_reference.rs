use actor::prelude::*;

struct Add(i64);

#[actor]
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

fn uses(counter: &ActorRef<Counter>) {
    let _ = counter.tell(&Add(1));
}

fn main() {}
