use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn reset(&mut self) {
        self.total = 0;
    }
}

fn main() {}
