//! Pseudo-random numbers: the same seed gives the same run.

/// SplitMix64: small, and neighbouring seeds give unrelated runs.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below `limit`; 0 for a limit of 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next().checked_rem(limit).unwrap_or(0)
    }

    /// From 0 to below 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        // An f64 has 53 bits of precision.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        let position = self.below(choices.len() as u64);
        let position = usize::try_from(position).unwrap_or(0);
        choices.get(position).copied().unwrap_or_default()
    }

    /// Characters of `alphabet`, which is ASCII.
    pub(crate) fn text(&mut self, alphabet: &str, length: usize) -> String {
        (0..length)
            .map(|_| {
                let position = self.below(alphabet.len() as u64);
                let position = usize::try_from(position).unwrap_or(0);
                alphabet.as_bytes().get(position).map_or('0', |&byte| char::from(byte))
            })
            .collect()
    }
}
