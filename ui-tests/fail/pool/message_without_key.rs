use actor::Pool;
use actor::prelude::*;

struct Add(i64);

#[actor]
#[derive(Default)]
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

fn tells(system: &ActorSystem) {
    let counters = system.spawn_pool(Pool::consistent_hash(4), Counter::default);
    let _ = counters.tell(Add(1));
}

fn main() {}
