use actor::prelude::*;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add<T: Into<i64>>(&mut self, msg: T) {
        self.total += msg.into();
    }
}

fn main() {}
