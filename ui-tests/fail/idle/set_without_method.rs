use actor::prelude::*;

#[actor]
struct Session;

#[actor]
impl Session {
    #[handler]
    fn add(&mut self, _: u32, ctx: &mut Ctx<Self>) {
        ctx.set_idle_timeout(std::time::Duration::from_secs(1));
    }
}

fn main() {}
