//! The idea: what an operator sees. `system.tree()` is data; printed, it is a picture.

use std::time::Duration;

use actor::prelude::*;

struct Order(u32);
struct Pay(u32);

/// Has one checkout for each customer.
#[actor]
#[derive(Default)]
struct Orders {
    checkouts: Vec<ActorRef<Checkout>>,
}

#[actor]
impl Orders {
    #[on(started)]
    fn open(&mut self, ctx: &mut Ctx<Self>) {
        self.checkouts = (0..2).map(|_| ctx.spawn(Checkout::default)).collect();
    }

    #[handler]
    fn order(&mut self, msg: Order) -> Result<(), actor::TellError<Pay>> {
        let checkout = &self.checkouts[msg.0 as usize % self.checkouts.len()];
        checkout.tell(Pay(msg.0))
    }
}

#[actor]
#[derive(Default)]
struct Checkout {
    paid: u32,
}

#[actor]
impl Checkout {
    #[handler]
    async fn pay(&mut self, msg: Pay) {
        if msg.0 % 2 == 1 {
            // The bank takes its time.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.paid += msg.0;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("shop")?;
    let orders = system.spawn_named("orders", Orders::default)?;
    for number in 0..7 {
        orders.ask(Order(number)).await??;
    }
    // Until the second checkout is in the middle of its first order.
    while system
        .tree()
        .find("orders/$3")
        .is_none_or(|checkout| checkout.stats.handling.is_none())
    {
        tokio::task::yield_now().await;
    }

    let tree = system.tree();
    println!("{tree}");
    for busy in tree.actors.iter().filter(|actor| actor.stats.mailbox > 0) {
        println!("{} is behind by {}", busy.pid.id(), busy.stats.mailbox);
    }
    system.shutdown().await;
    Ok(())
}
