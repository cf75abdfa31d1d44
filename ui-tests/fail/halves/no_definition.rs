use actor::prelude::*;

struct Add(i64);

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
    // one error: the missing half must not make this fail too
    let _ = counter.tell(Add(1));
}

fn main() {}
