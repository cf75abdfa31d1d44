use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(terminated)]
    fn gone(&mut self, event: Add) {
        self.total -= event.0;
    }
}

fn main() {}
