use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(stopped)]
    fn end(&mut self, event: Terminated) {
        self.total = 0;
        let _ = event;
    }
}

fn main() {}
