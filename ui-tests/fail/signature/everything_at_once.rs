use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(self, msg: &Add) {
        let _ = msg.0;
    }

    #[handler(fast)]
    fn sub(&mut self, msg: i64) {
        self.total -= msg;
    }

    #[on(begin)]
    fn begin(&mut self) {
        self.total = 0;
    }
}

fn tells(counter: &ActorRef<Counter>) {
    let _ = counter.tell(1_i64);
}

fn main() {}
