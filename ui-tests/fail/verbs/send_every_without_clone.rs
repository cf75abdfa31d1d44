use actor::prelude::*;

struct Tick;

#[actor]
struct Clock;

#[actor]
impl Clock {
    #[on(started)]
    fn begin(&mut self, ctx: &mut Ctx<Self>) {
        ctx.send_every(std::time::Duration::from_secs(1), Tick);
    }

    #[handler]
    fn tick(&mut self, _: Tick) {}
}

fn main() {}
