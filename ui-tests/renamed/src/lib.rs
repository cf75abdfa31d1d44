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
}
