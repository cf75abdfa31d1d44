use actor::prelude::*;

struct Get;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler(fails)]
    fn get(&self, _: Get) -> i64 {
        self.total
    }
}

fn main() {}
