use actor::prelude::*;

struct Add(i64);

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[on(terminated)]
    fn gone(&mut self, ctx: &mut Ctx<Self>, event: Terminated) {
        self.total = 0;
        let _ = (ctx, event);
    }
}

fn main() {}
