use actor::prelude::*;

struct Get;

type Total = i64;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler(fails)]
    fn get(&self, _: Get) -> Total {
        self.total
    }
}

fn main() {}
