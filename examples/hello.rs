//! The idea: an actor is a struct that one task owns. Others send it messages.

use actor::prelude::*;

/// A message is any type.
struct Greet(&'static str);

#[actor]
#[derive(Default)]
struct Greeter {
    greeted: u32,
}

#[actor]
impl Greeter {
    #[handler]
    fn greet(&mut self, msg: Greet) {
        self.greeted += 1;
        println!("{}. Hello, {}!", self.greeted, msg.0);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("hello")?;
    let greeter = system.spawn(Greeter::default);

    // `tell` never waits. The messages of one sender arrive in the order sent.
    for name in ["Ada", "Grace", "Barbara"] {
        greeter.tell(Greet(name))?;
    }

    // Poison takes its turn behind the messages: all are greeted before the end.
    greeter.poison_and_wait().await;
    system.shutdown().await;
    Ok(())
}
