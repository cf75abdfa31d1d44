use actor::prelude::*;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: impl Into<i64>) {
        self.total += msg.into();
    }
}

fn main() {}
