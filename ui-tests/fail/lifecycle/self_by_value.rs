use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(stopped)]
    fn end(self) {
        let _ = self.total;
    }
}

fn main() {}
