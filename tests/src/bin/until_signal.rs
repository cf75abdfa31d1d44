//! The child process of `tests/signal.rs`: runs until a signal, with an actor that says what happens to it. Its argument
//! `hang` makes the actor hang when it stops.

use actor::prelude::*;

#[actor]
struct Speaker {
    hang: bool,
}

#[actor]
impl Speaker {
    #[on(started)]
    fn started(&mut self) {
        println!("started");
    }

    #[handler]
    fn never(&mut self, _: ()) {}

    #[on(stopped)]
    async fn stopped(&mut self) {
        println!("stopped");
        if self.hang {
            std::future::pending::<()>().await;
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hang = std::env::args().any(|argument| argument == "hang");
    let system = ActorSystem::new("signals")?;
    system.spawn(move || Speaker { hang }).started().await?;
    // Whoever reads this line may send a signal: the listeners below stand before the next await.
    let mut running = std::pin::pin!(system.run_until_signal());
    let first = std::future::poll_fn(|cx| std::task::Poll::Ready(running.as_mut().poll(cx))).await;
    assert!(first.is_pending());
    println!("listening");
    let report = running.await?;
    println!("clean {}", report.is_clean());
    Ok(())
}
