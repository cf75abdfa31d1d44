use actor::ChildFailed;
use actor::prelude::*;

#[actor]
struct Boss;

#[actor]
impl Boss {
    #[on(child_failed)]
    fn failed(&mut self, ctx: &mut Ctx<Self>, event: ChildFailed) {
        let _ = (ctx, event);
    }
}

fn main() {}
