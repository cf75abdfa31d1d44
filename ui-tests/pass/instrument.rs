//! Another attribute macro on a handler.

use actor::prelude::*;

#[derive(Debug)]
struct Get;
#[derive(Debug)]
struct Slow;

#[actor]
struct Counter;

#[actor]
impl Counter {
    #[handler]
    #[tracing::instrument(skip(self))]
    fn get(&self, msg: Get) -> u8 {
        1
    }

    #[tracing::instrument(skip_all)]
    #[handler]
    async fn slow(&mut self, _msg: Slow, _ctx: &mut Ctx<Self>) -> Result<u8, String> {
        tokio::task::yield_now().await;
        Ok(2)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let counter = system.spawn(|| Counter);
    assert_eq!(counter.ask(Get).await?, 1);
    assert_eq!(counter.ask(Slow).await?, Ok(2));
    drop(system.shutdown().await);
    Ok(())
}
