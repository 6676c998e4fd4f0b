//! Bounds against hostile files. Each has a default that no honest file reaches.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Levels of sequences inside sequences. Structured reports reach about ten.
    pub depth: usize,
    /// Bytes of one instance as it arrives.
    pub instance: u64,
    /// Bytes that a deflated data set may become.
    pub inflated: u64,
    /// Bytes of one text value that is read into memory; longer ones are passed over.
    pub value: u32,
    /// Frames of one instance, and fragments of its pixel data.
    pub frames: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 32, instance: 4 << 30, inflated: 512 << 20, value: 64 << 10, frames: 1 << 20 }
    }
}
