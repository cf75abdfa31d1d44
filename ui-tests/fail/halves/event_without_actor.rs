use actor::prelude::*;

struct Counter {
    total: i64,
}

impl Counter {
    #[on(started)]
    fn begin(&mut self) {
        self.total = 0;
    }
}

fn main() {}
