use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in = Closed)]
    async fn call(&mut self, _: Call) -> u32 { 7 }

    #[handler(in = Open)]
    async fn reject(&mut self, _: Call, reply: Reply<String>) { reply.send(String::new()) }
}

fn main() {}
