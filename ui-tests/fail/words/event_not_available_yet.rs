use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(child_failed)]
    fn nothing_came(&mut self) {
        self.total = 0;
    }
}

fn main() {}
