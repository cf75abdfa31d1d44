use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler(fails = true)]
    fn add(&mut self, msg: Add) -> Result<(), String> {
        self.total += msg.0;
        Ok(())
    }
}

fn main() {}
