use actor::prelude::*;

pub struct Get;

struct Total(i64);

#[actor]
pub struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn get(&self, _: Get) -> Total {
        Total(self.total)
    }
}

fn main() {}
