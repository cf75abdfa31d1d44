use actor::prelude::*;

struct Sub(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(started)]
    fn begin(&mut self) {
        self.total = 0;
    }
}

fn uses(counter: &ActorRef<Counter>) {
    let _ = counter.tell(Sub(1));
}

fn main() {}
