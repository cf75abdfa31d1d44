use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: Add, one: &mut Ctx<Self>, two: &mut Ctx<Self>) {
        self.total += msg.0;
        let _ = (one, two);
    }
}

fn main() {}
