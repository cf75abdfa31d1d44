use actor::prelude::*;
struct Add(u64);
struct Get;
#[actor]
#[derive(Default)]
struct Counter {
    total: u64,
}
#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, m: Add) {
        self.total += m.0;
    }
    #[handler]
    fn get(&mut self, _: Get) -> u64 {
        self.total
    }
}
#[tokio::main]
async fn main() {
    let s = ActorSystem::new("x").unwrap();
    let c = s.spawn(Counter::default);
    c.tell(Add(1)).unwrap();
    c.ask(Get).await.unwrap();
}
