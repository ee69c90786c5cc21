//! Where two bytes occur, eight bytes at a time in one register.
//!
//! Cells are about eleven bytes long, so a call of `memchr` a cell costs more than the search itself. The test
//! for a zero byte is exact (Hacker's Delight, 2nd edition, section 6-1).

const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;

fn zero_bytes(word: u64) -> u64 {
    !(((word & LOW) + LOW) | word | LOW)
}

/// Calls `hit` with the place of every `first` (false) and `second` (true), in order.
pub(crate) fn for_each_hit(bytes: &[u8], first: u8, second: u8, mut hit: impl FnMut(usize, bool)) {
    let (firsts, seconds) = (spread(first), spread(second));
    let (words, rest) = bytes.as_chunks::<8>();
    let mut base = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let ends = zero_bytes(word ^ seconds);
        let mut hits = zero_bytes(word ^ firsts) | ends;
        while hits != 0 {
            let bit = hits & hits.wrapping_neg();
            hit(base + (bit.trailing_zeros() >> 3) as usize, ends & bit != 0);
            hits ^= bit;
        }
        base += 8;
    }
    for (at, byte) in rest.iter().enumerate() {
        if *byte == second {
            hit(base + at, true);
        } else if *byte == first {
            hit(base + at, false);
        }
    }
}

fn spread(byte: u8) -> u64 {
    u64::from(byte) * 0x0101_0101_0101_0101
}
