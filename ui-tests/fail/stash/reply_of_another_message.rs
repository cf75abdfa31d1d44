use actor::prelude::*;

#[actor]
struct Counter;

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: u32, reply: Reply<String>, ctx: &mut Ctx<Self>) {
        let _ = ctx.stash(u64::from(msg), reply);
    }

    #[handler]
    fn big(&mut self, _: u64) -> u64 { 7 }
}

fn main() {}
