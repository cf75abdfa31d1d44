//! The idea: several actors of one type behind one reference. The strategy is part of its type.

use std::collections::BTreeMap;

use actor::prelude::*;
use actor::{Pool, RouteKey};

#[derive(Clone)]
struct Deposit {
    account: &'static str,
    amount: u64,
}

/// Which worker a deposit belongs to: one account is always in the hands of one worker.
impl RouteKey for Deposit {
    type Key = str;

    fn route_key(&self) -> &str {
        self.account
    }
}

#[derive(Clone)]
struct Report;

#[actor]
#[derive(Default)]
struct Teller {
    accounts: BTreeMap<&'static str, u64>,
}

#[actor]
impl Teller {
    #[handler]
    fn deposit(&mut self, msg: Deposit) -> u64 {
        let account = self.accounts.entry(msg.account).or_default();
        *account += msg.amount;
        *account
    }

    #[handler]
    fn report(&mut self, _: Report, ctx: &mut Ctx<Self>) {
        println!("{}: {:?}", ctx.pid().id(), self.accounts);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("bank")?;
    let tellers = system.spawn_pool_named("tellers", Pool::consistent_hash(3), Teller::default)?;
    for amount in 1..=3 {
        for account in ["ada", "grace", "barbara", "hedy"] {
            tellers.ask(Deposit { account, amount }).await?;
        }
    }
    let told = tellers.broadcast(Report);
    assert_eq!((told.taken, told.refused.len()), (3, 0));

    // Any number of workers can be added and taken away while the pool works.
    tellers.resize(4).await?;
    println!("{} workers now", tellers.size());
    tellers.poison_and_wait().await;
    system.shutdown().await;
    Ok(())
}
