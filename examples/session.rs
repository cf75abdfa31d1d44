//! The idea: what cannot be handled yet is put aside, and who is not needed goes. A session connects when
//! it is born; what is asked meanwhile waits in its stash. Who has not asked for a while finds it gone,
//! and whoever asks next gets a new one.

use std::collections::HashMap;
use std::time::Duration;

use actor::prelude::*;

struct Query(&'static str);
struct Connected(Connection);
/// What the connection does is not what this is about.
struct Connection {
    queries: u32,
}

/// Everything that its behavior does not handle is stashed.
#[actor(behaviors(Connecting, Online(Connection)), unhandled = stash, stash = 100, idle = "200ms")]
struct Session {
    user: &'static str,
}

#[actor]
impl Session {
    #[on(started)]
    fn begin(&mut self, ctx: &mut Ctx<Self>) {
        println!("  ({} connects)", self.user);
        ctx.pipe(connect(), Connected);
    }

    #[handler(in = Connecting)]
    fn connected(&mut self, msg: Connected, ctx: &mut Ctx<Self>) {
        ctx.become_(SessionBehavior::Online(msg.0));
    }

    #[on(enter(Online))]
    fn online(&mut self, ctx: &mut Ctx<Self>) {
        let waited = ctx.unstash_all();
        println!("  ({} is online; {waited} queries waited)", self.user);
    }

    #[handler(in = Online)]
    fn query(&mut self, msg: Query, connection: &mut Connection) -> String {
        connection.queries += 1;
        format!("{} has asked {}: {}", self.user, connection.queries, msg.0)
    }

    #[on(idle)]
    fn nobody_asks(&mut self, ctx: &mut Ctx<Self>) {
        println!("  ({} goes)", self.user);
        ctx.stop();
    }
}

async fn connect() -> Connection {
    tokio::time::sleep(Duration::from_millis(50)).await;
    Connection { queries: 0 }
}

/// Finds a user's session, or makes one.
#[actor]
#[derive(Default)]
struct Sessions {
    open: HashMap<&'static str, ActorRef<Session>>,
}

struct Ask(&'static str, Query);

#[actor]
impl Sessions {
    #[handler]
    fn ask(&mut self, Ask(user, query): Ask, reply: Reply<String>, ctx: &mut Ctx<Self>) {
        let session = self.open.entry(user).or_insert_with(|| spawn(user, ctx));
        if let Err(refused) = ctx.forward(session, query, reply) {
            // It has just gone; nothing is lost, because what is refused comes back.
            let query = refused.error.into_message();
            let session = spawn(user, ctx);
            let _ = ctx.forward(&session, query, refused.reply);
            self.open.insert(user, session);
        }
    }

    #[on(terminated)]
    fn gone(&mut self, event: Terminated) {
        self.open.retain(|_, session| session.pid() != *event.pid());
    }
}

fn spawn(user: &'static str, ctx: &mut Ctx<Sessions>) -> ActorRef<Session> {
    let session = ctx.spawn(move || Session { user });
    ctx.watch(&session);
    session
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("session")?;
    let sessions = system.spawn(Sessions::default);

    let ask = |user, text| sessions.ask(Ask(user, Query(text)));
    let (one, two, three) = tokio::join!(ask("ada", "1 + 1"), ask("ada", "2 + 2"), ask("bob", "?"));
    println!("{}\n{}\n{}", one?, two?, three?);

    tokio::time::sleep(Duration::from_millis(500)).await; // both have gone
    println!("{}", ask("ada", "3 + 3").await?);

    system.shutdown().await;
    println!(
        "{} messages, none lost: {}",
        system.stats().sent,
        system.stats().is_balanced()
    );
    Ok(())
}
