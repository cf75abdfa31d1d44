//! A user whose `Cargo.toml` knows the `actor` crate under another name.

#[cfg(test)]
mod tests {
    use framework::prelude::*;

    struct Get;

    #[actor(mailbox = 2)]
    struct Counter(u8);

    #[actor]
    impl Counter {
        #[handler]
        fn get(&self, _: Get) -> Result<u8, String> {
            Ok(self.0)
        }
    }

    #[tokio::test]
    async fn the_macros_find_the_renamed_crate() -> Result<(), Box<dyn std::error::Error>> {
        let system = ActorSystem::new("renamed")?;
        let counter = system.spawn(|| Counter(1));
        assert_eq!(counter.ask(Get).await?, Ok(1));
        Ok(())
    }

    #[actor(behaviors(On, Off(u8)))]
    struct Switch;

    #[actor]
    impl Switch {
        #[handler(in = On)]
        fn off(&mut self, _: Get, ctx: &mut Ctx<Self>) -> u8 {
            ctx.become_(SwitchBehavior::Off(7));
            0
        }

        #[handler(in = Off)]
        fn stay(&mut self, _: Get, count: &mut u8) -> u8 {
            *count
        }
    }

    #[tokio::test]
    async fn so_does_what_goes_from_half_to_half() -> Result<(), Box<dyn std::error::Error>> {
        let system = ActorSystem::new("renamed")?;
        let switch = system.spawn(|| Switch);
        assert_eq!((switch.ask(Get).await?, switch.ask(Get).await?), (0, 7));
        Ok(())
    }
}
