//! BLAKE2b with 64 bytes of output. Written out here because ptau files hold the state of an
//! unfinished hash, which no library gives away.

const BLOCK: usize = 128;

const INITIAL: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

const ORDER: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

pub type Digest = [u8; 64];

#[derive(Clone)]
pub struct Blake2b {
    state: [u64; 8],
    /// What lies past `filled` is left from before, and files hold it too.
    buffer: [u8; BLOCK],
    filled: usize,
    /// Bytes so far, those in the buffer counted in.
    length: u64,
}

impl Default for Blake2b {
    fn default() -> Self {
        let mut state = INITIAL;
        // No key, 64 bytes of output, no tree.
        state[0] ^= 0x0101_0040;
        Self { state, buffer: [0; BLOCK], filled: 0, length: 0 }
    }
}

impl Blake2b {
    pub fn update(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            // The last block of all is for `finish`.
            if self.filled == BLOCK {
                let block = self.buffer;
                self.compress(&block, false);
                self.filled = 0;
            }
            while self.filled == 0 && data.len() > BLOCK {
                let (block, rest) = data.split_at(BLOCK);
                self.length += BLOCK as u64;
                self.compress(block, false);
                data = rest;
            }
            let (taken, rest) = data.split_at(data.len().min(BLOCK - self.filled));
            self.buffer[self.filled..self.filled + taken.len()].copy_from_slice(taken);
            self.filled += taken.len();
            self.length += taken.len() as u64;
            data = rest;
        }
    }

    pub fn finish(mut self) -> Digest {
        self.buffer[self.filled..].fill(0);
        let block = self.buffer;
        self.compress(&block, true);
        let mut digest = [0; 64];
        for (bytes, word) in digest.chunks_exact_mut(8).zip(self.state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        digest
    }

    /// As snarkjs writes it: buffer, state, bytes before the buffer, bytes in it.
    pub fn unfinished(&self) -> [u8; 216] {
        let mut bytes = [0; 216];
        bytes[..BLOCK].copy_from_slice(&self.buffer);
        for (place, word) in bytes[BLOCK..192].chunks_exact_mut(8).zip(self.state) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes[192..200].copy_from_slice(&(self.length - self.filled as u64).to_le_bytes());
        bytes[200..208].copy_from_slice(&(self.filled as u64).to_le_bytes());
        bytes
    }

    fn compress(&mut self, block: &[u8], is_last: bool) {
        let words: [u64; 16] =
            std::array::from_fn(|index| crate::container::long(block, 8 * index));
        let mut v = [0; 16];
        v[..8].copy_from_slice(&self.state);
        v[8..].copy_from_slice(&INITIAL);
        v[12] ^= self.length;
        if is_last {
            v[14] = !v[14];
        }
        for round in 0..12 {
            let order = &ORDER[round % 10];
            for (index, columns) in MIXED.iter().enumerate() {
                mix(&mut v, *columns, words[order[2 * index]], words[order[2 * index + 1]]);
            }
        }
        for (index, word) in self.state.iter_mut().enumerate() {
            *word ^= v[index] ^ v[index + 8];
        }
    }
}

const MIXED: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

#[inline(always)]
fn mix(v: &mut [u64; 16], [a, b, c, d]: [usize; 4], x: u64, y: u64) {
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
    v[d] = (v[d] ^ v[a]).rotate_right(32);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(24);
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
    v[d] = (v[d] ^ v[a]).rotate_right(16);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(63);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digest: Digest) -> String {
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The values of RFC 7693 and of `b2sum`.
    #[test]
    fn gives_known_answers() {
        let mut hash = Blake2b::default();
        hash.update(b"abc");
        assert!(hex(hash.finish()).starts_with("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b7"));
        let empty = hex(Blake2b::default().finish());
        assert!(
            empty.starts_with("786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419")
        );
    }

    #[test]
    fn does_not_mind_how_the_bytes_come() {
        let bytes: Vec<u8> = (0..1000u32).map(|index| (index * 7) as u8).collect();
        for length in [0, 1, 127, 128, 129, 256, 257, 1000] {
            let mut whole = Blake2b::default();
            whole.update(&bytes[..length]);
            for step in [1, 3, 64, 128, 129] {
                let mut pieces = Blake2b::default();
                bytes[..length].chunks(step).for_each(|piece| pieces.update(piece));
                assert_eq!(hex(pieces.finish()), hex(whole.clone().finish()));
            }
        }
    }
}
