use actor::prelude::*;

struct Total(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(started)]
    fn begin(&mut self) -> Total {
        Total(self.total)
    }
}

fn main() {}
