use actor::prelude::*;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: std::borrow::Cow<'_, str>) {
        self.total += msg.len() as i64;
    }
}

fn main() {}
