//! The idea: a state machine whose states the compiler knows. A circuit breaker stands before a service
//! that fails now and then. After three failures it is open and refuses at once; after a while one call
//! may try whether the service is back.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actor::AskError;
use actor::prelude::*;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const MOST_FAILURES: u32 = 3;
const REST: Duration = Duration::from_millis(50);

struct Call(&'static str);
struct Status;
/// The time of rest is over.
struct TryAgain;

#[derive(Debug, Error)]
enum CallError {
    #[error("the service failed: {0}")]
    Service(#[from] io::Error),
    #[error("the breaker is open since {0:?}")]
    Open(Duration),
}

#[actor(behaviors(Closed, Open(Instant), HalfOpen))]
struct Breaker {
    service: SocketAddr,
    failures: u32,
}

#[actor]
impl Breaker {
    #[handler(in = Closed | HalfOpen)]
    async fn call(&mut self, msg: Call, ctx: &mut Ctx<Self>) -> Result<String, CallError> {
        match shout(self.service, msg.0).await {
            Ok(answer) => {
                self.failures = 0;
                if ctx.behavior() == BreakerState::HalfOpen {
                    ctx.become_(BreakerBehavior::Closed);
                }
                Ok(answer)
            }
            Err(error) => {
                self.failures += 1;
                if self.failures >= MOST_FAILURES {
                    ctx.become_(BreakerBehavior::Open(Instant::now()));
                }
                Err(error.into())
            }
        }
    }

    #[handler(in = Open)]
    fn reject(&mut self, _: Call, since: &mut Instant) -> Result<String, CallError> {
        Err(CallError::Open(since.elapsed()))
    }

    #[on(enter(Open))]
    fn opened(&mut self, ctx: &mut Ctx<Self>) {
        println!("  (the breaker opens)");
        ctx.keyed("rest").send_after(REST, TryAgain);
    }

    #[on(leave(Open))]
    fn left(&mut self) {
        println!("  (the breaker lets one try)");
    }

    #[handler]
    fn try_again(&mut self, _: TryAgain, ctx: &mut Ctx<Self>) {
        ctx.become_(BreakerBehavior::HalfOpen);
    }

    #[handler]
    fn status(&self, _: Status, ctx: &Ctx<Self>) -> BreakerState {
        ctx.behavior()
    }
}

/// The call that can fail: a real one over the network.
async fn shout(service: SocketAddr, text: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(service).await?;
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    if answer.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(answer)
}

/// A service that answers in capitals, until it is aborted.
async fn service(address: &str) -> io::Result<(SocketAddr, JoinHandle<io::Result<()>>)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let serve = async move {
        loop {
            let (mut stream, _) = listener.accept().await?;
            let mut text = String::new();
            stream.read_to_string(&mut text).await?;
            stream.write_all(text.to_uppercase().as_bytes()).await?;
        }
    };
    Ok((address, tokio::spawn(serve)))
}

async fn call(breaker: &ActorRef<Breaker>, text: &'static str) -> Result<(), AskError<Call>> {
    match breaker.ask(Call(text)).await? {
        Ok(answer) => println!("{text} -> {answer}"),
        Err(error) => println!("{text} -> {error}"),
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (address, running) = service("127.0.0.1:0").await?;
    let system = ActorSystem::new("breaker")?;
    let breaker = system.spawn(move || Breaker {
        service: address,
        failures: 0,
    });
    call(&breaker, "one").await?;

    running.abort(); // the service goes down
    let _ = running.await;
    for text in ["two", "three", "four", "five"] {
        call(&breaker, text).await?;
    }
    assert_eq!(breaker.ask(Status).await?, BreakerState::Open);

    let (_, running) = service(&address.to_string()).await?; // and comes back
    while breaker.ask(Status).await? == BreakerState::Open {
        tokio::time::sleep(REST / 5).await;
    }
    call(&breaker, "six").await?;
    assert_eq!(breaker.ask(Status).await?, BreakerState::Closed);
    running.abort();

    println!("\nwhat each behavior handles:");
    for behavior in Breaker::behaviors() {
        println!("{:8} {}", behavior.name, behavior.messages.join(", "));
    }
    system.shutdown().await;
    Ok(())
}
