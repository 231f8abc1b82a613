//! How many ids ended when, for a plot.

use serde_json::{Value, json};

use super::rows::PLACES;

/// A plot has so many bars at most.
const BINS: usize = 120;
const SHORTEST_STEP: u64 = 250;

/// Counts by time. Bins become twice as wide when there would be too many.
#[derive(Debug, PartialEq)]
pub(super) struct Histogram {
    /// When the first bin begins, in ms since 1970.
    start: u64,
    /// How wide a bin is, in ms.
    step: u64,
    /// Of each bin, how many ids of each state.
    bins: Vec<[u32; PLACES]>,
}

impl Histogram {
    pub(super) fn new(start: u64) -> Histogram {
        Histogram { start, step: SHORTEST_STEP, bins: Vec::new() }
    }

    pub(super) fn add(&mut self, time: u64, place: usize) {
        let after = time.saturating_sub(self.start);
        while after / self.step >= BINS as u64 {
            self.widen();
        }
        let number = (after / self.step) as usize;
        if self.bins.len() <= number {
            self.bins.resize(number + 1, [0; PLACES]);
        }
        if let Some(count) = self.bins.get_mut(number).and_then(|bin| bin.get_mut(place)) {
            *count += 1;
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let Histogram { start, step, bins } = self;
        json!({"start": start, "step": step, "bins": bins})
    }

    fn widen(&mut self) {
        self.step *= 2;
        let mut wider = Vec::with_capacity(BINS);
        for pair in self.bins.chunks(2) {
            let mut sum = [0; PLACES];
            for bin in pair {
                sum.iter_mut().zip(bin).for_each(|(sum, count)| *sum += count);
            }
            wider.push(sum);
        }
        self.bins = wider;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_become_wider_and_lose_nothing() {
        let mut histogram = Histogram::new(1000);
        let times = [0, 900, 1000, 1249, 1250, 31_000, 61_001];
        times.into_iter().for_each(|time| histogram.add(time, usize::from(time > 1200)));
        let Histogram { start: 1000, step: 1000, bins } = histogram else {
            panic!("{histogram:?}")
        };
        assert_eq!(bins.len(), 61);
        assert_eq!((bins[0], bins[30], bins[60]), ([3, 2, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]));
        histogram = Histogram::new(0);
        histogram.add(u64::MAX, 0);
        assert_eq!(histogram.bins.len(), BINS.min(histogram.bins.len()));
    }
}
