use actor::prelude::*;

struct Tick;

#[actor]
struct Clock;

#[actor]
impl Clock {
    #[handler]
    fn add(&mut self, _: u32, ctx: &mut Ctx<Self>) {
        ctx.send_after(std::time::Duration::from_secs(1), Tick);
    }
}

fn main() {}
