use actor::prelude::*;

struct Add(i64);
struct Sub(i64);
struct Get;

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

    #[handler]
    fn get(&self, _: Get) -> i64 {
        self.total
    }
}

async fn uses(counter: &ActorRef<Counter>) {
    let _ = counter.ask(Sub(1)).await;
}

fn main() {}
