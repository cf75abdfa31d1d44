use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(started)]
    fn begin(&mut self) -> Result<i64, String> {
        Ok(self.total)
    }
}

fn main() {}
