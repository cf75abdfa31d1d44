use actor::prelude::*;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, _: Missing) {
        self.total += 1;
    }
}

fn main() {}
