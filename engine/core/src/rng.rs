//! Random streams: one for each agent and purpose, so that no bank's behaviour changes another bank's payments.
//!
//! The transcendental functions come from the `libm` crate, never from the platform: the same bits natively and in WebAssembly.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// An independent stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of one agent for one purpose: its key is the SHA-256 of seed, purpose and id.
    pub fn new(seed: u64, agent_id: &str, purpose: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update((purpose.len() as u64).to_le_bytes());
        hash.update(purpose.as_bytes());
        hash.update(agent_id.as_bytes());
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    /// How far it has been read: for a snapshot.
    pub fn position(&self) -> u128 {
        self.0.get_word_pos()
    }

    /// Go on from where it was when a snapshot was taken.
    pub fn set_position(&mut self, position: u128) {
        self.0.set_word_pos(position);
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform in (0, 1], so that its logarithm is finite.
    pub fn unit_above_zero(&mut self) -> f64 {
        1.0 - self.unit()
    }

    /// Uniform in 0..count, without bias (Lemire 2019: multiply, reject the short first interval). `count` is positive.
    #[inline]
    pub fn below(&mut self, count: u64) -> u64 {
        let mut product = u128::from(self.0.next_u64()) * u128::from(count);
        if (product as u64) < count {
            let rejected = count.wrapping_neg() % count;
            while (product as u64) < rejected {
                product = u128::from(self.0.next_u64()) * u128::from(count);
            }
        }
        (product >> 64) as u64
    }

    /// Uniform in `low..=high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low) as u64 + 1) as i64
    }

    /// Standard normal (Box and Muller 1958, one value of each pair).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.unit_above_zero()));
        radius * libm::cos(2.0 * core::f64::consts::PI * self.unit())
    }

    /// Poisson by Knuth's product method; large rates are drawn as a sum of small ones, where `exp(-rate)` does not vanish.
    pub fn poisson(&mut self, rate: PoissonRate) -> u32 {
        let mut count = self.poisson_once(rate.exp_of_minus_rest);
        for _ in 0..rate.full_steps {
            count += self.poisson_once(EXP_OF_MINUS_STEP);
        }
        count
    }

    fn poisson_once(&mut self, exp_of_minus_rate: f64) -> u32 {
        let mut count = 0;
        let mut product = self.unit();
        while product > exp_of_minus_rate {
            count += 1;
            product *= self.unit();
        }
        count
    }
}

const POISSON_STEP: f64 = 64.0;
const EXP_OF_MINUS_STEP: f64 = 1.603_810_890_548_638e-28; // exp(-64)

/// The mean of a Poisson distribution, prepared for drawing.
#[derive(Debug, Clone, Copy)]
pub struct PoissonRate {
    full_steps: u32,
    exp_of_minus_rest: f64,
}

impl PoissonRate {
    /// Prepare a mean of at least 0.
    pub fn new(rate: f64) -> Self {
        let full_steps = libm::floor(rate / POISSON_STEP);
        Self { full_steps: full_steps as u32, exp_of_minus_rest: libm::exp(full_steps * POISSON_STEP - rate) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_seed_agent_and_purpose_and_repeat() {
        let first = |seed, agent, purpose| Stream::new(seed, agent, purpose).below(u64::MAX);
        assert_eq!(first(1, "A", "x"), first(1, "A", "x"));
        assert_ne!(first(1, "A", "x"), first(2, "A", "x"));
        assert_ne!(first(1, "A", "x"), first(1, "B", "x"));
        assert_ne!(first(1, "A", "x"), first(1, "A", "y"));
        assert_ne!(first(1, "A", "xy"), first(1, "yA", "x"));
    }

    #[test]
    fn the_constant_is_the_exponential() {
        assert_eq!(EXP_OF_MINUS_STEP, libm::exp(-POISSON_STEP));
    }

    #[test]
    fn samples_have_the_moments_of_their_distributions() {
        let mut stream = Stream::new(7, "A", "moments");
        let n = 40_000;
        for rate in [0.1, 2.0, 30.0, 200.0] {
            let prepared = PoissonRate::new(rate);
            let counts: Vec<f64> = (0..n).map(|_| f64::from(stream.poisson(prepared))).collect();
            let mean = counts.iter().sum::<f64>() / f64::from(n);
            let variance = counts.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n);
            assert!((mean / rate - 1.0).abs() < 0.05, "mean {mean} of {rate}");
            assert!((variance / rate - 1.0).abs() < 0.08, "variance {variance} of {rate}");
        }
        let normals: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let mean = normals.iter().sum::<f64>() / f64::from(n);
        let variance = normals.iter().map(|x| x * x).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04);
        for _ in 0..n {
            assert!((5..=9).contains(&stream.between(5, 9)));
        }
    }
}
