//! Random numbers that can be had again.

use rand::SeedableRng;
use rand::rngs::StdRng;

/// A generator whose seed is printed, and taken from `TENDLC_TEST_SEED` where that is set.
pub fn rng(test: &str) -> StdRng {
    let seed = std::env::var("TENDLC_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random);
    eprintln!("{test}: TENDLC_TEST_SEED={seed} plays this again");
    StdRng::seed_from_u64(seed)
}
