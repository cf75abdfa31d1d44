use actor::prelude::*;

struct Call;

#[actor(behaviors(Red, Green))]
struct Light;

#[actor]
impl Light {
    #[handler]
    fn call(&mut self, _: Call) {}
}

#[actor(behaviors(Closed, Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler]
    fn call(&mut self, _: Call, ctx: &mut Ctx<Self>) {
        ctx.become_(LightBehavior::Green);
    }
}

fn main() {}
