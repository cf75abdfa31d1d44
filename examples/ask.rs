//! The idea: a question gets what its handler returns, with the type that it returns.

use std::time::Duration;

use actor::AskError;
use actor::prelude::*;

struct Deposit(u64);
struct Withdraw(u64);
struct Think;

#[derive(Debug, thiserror::Error)]
#[error("{missing} are missing")]
struct Overdrawn {
    missing: u64,
}

#[actor]
#[derive(Default)]
struct Account {
    balance: u64,
}

#[actor]
impl Account {
    #[handler]
    fn deposit(&mut self, msg: Deposit) -> u64 {
        self.balance += msg.0;
        self.balance
    }

    /// An error is a reply like any other: the account goes on.
    #[handler]
    fn withdraw(&mut self, msg: Withdraw) -> Result<u64, Overdrawn> {
        let missing = msg.0.saturating_sub(self.balance);
        if missing > 0 {
            return Err(Overdrawn { missing });
        }
        self.balance -= msg.0;
        Ok(self.balance)
    }

    /// Takes longer than anybody wants to wait.
    #[handler]
    async fn think(&mut self, _: Think) -> u64 {
        std::future::pending().await
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ask")?;
    let account = system.spawn(Account::default);

    let balance = account.ask(Deposit(100)).await?;
    println!("after the deposit: {balance}");

    // The outer result says whether there was a reply, the inner one is the reply.
    match account.ask(Withdraw(130)).await? {
        Ok(balance) => println!("after the withdrawal: {balance}"),
        Err(error) => println!("no withdrawal: {error}"),
    }

    // Whoever asks waits for 5 s, or as long as it says. The error tells what is known.
    match account.ask(Think).timeout(Duration::from_millis(50)).await {
        Err(AskError::Timeout) => println!("it was begun, and took too long"),
        Err(error) if error.was_not_handled() => println!("asking again is safe: {error}"),
        other => println!("{other:?}"),
    }

    account.kill(); // it would think for ever
    system.shutdown().await;
    Ok(())
}
