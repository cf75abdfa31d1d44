use actor::prelude::*;

struct Add(i64);

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

    #[on(started)]
    fn also(&mut self) {
        self.total = 1;
    }
}

fn main() {}
