use thiserror::Error;

/// Which of the files an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    Zkey,
    Wtns,
    R1cs,
    Ptau,
}

impl std::fmt::Display for File {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            File::Zkey => "proving key",
            File::Wtns => "witness",
            File::R1cs => "circuit",
            File::Ptau => "powers of tau",
        })
    }
}

impl File {
    pub fn extension(self) -> &'static str {
        match self {
            File::Zkey => "zkey",
            File::Wtns => "wtns",
            File::R1cs => "r1cs",
            File::Ptau => "ptau",
        }
    }
}

/// Every way a proof or a setup can fail; `code` is stable, the sentence is for people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProverError {
    #[error("the {file} cannot be opened: {reason}")]
    FileUnreadable { file: File, reason: String },
    #[error("the {file} cannot be read: {reason}; fetch or make it again")]
    FileMalformed { file: File, reason: String },
    #[error("the {file} is not of the curve BN254")]
    CurveUnsupported { file: File },
    #[error("the {file} holds a number that is not below its field's order: {place}")]
    ElementOutOfRange { file: File, place: String },
    #[error("the {file} cannot be written: {reason}; free some space or choose another place")]
    FileUnwritable { file: File, reason: String },
    #[error("the {file} holds a point that is not on the curve: {place}")]
    PointOffCurve { file: File, place: String },
    #[error("the witness is of another circuit: it has {witness} values, the key {key} wires")]
    CircuitMismatch { witness: u64, key: u64 },
    #[error(
        "the circuit needs powers of tau of 2^{needed}, and these are of 2^{power}; take larger ones"
    )]
    PtauTooSmall { needed: u32, power: u32 },
    #[error("the circuit needs a domain of 2^{power} rows; at most 2^{largest} are supported")]
    CircuitTooLarge { power: u32, largest: u32 },
    #[error("the proving key is not this circuit's: {reason}; do not use it")]
    KeyRejected { reason: String },
    #[error("no key of the name {name} is loaded; load it first")]
    KeyUnknown { name: String },
    #[error("{parameter} is {value}; it must be {range}")]
    ParameterInvalid { parameter: &'static str, value: String, range: &'static str },
    #[error("the work was cancelled")]
    Cancelled,
    #[error("{needed} bytes are needed and {limit} allowed; raise the limit or use fewer threads")]
    MemoryLimit { needed: u64, limit: u64 },
    #[error("the system gave no {bytes} bytes of memory")]
    OutOfMemory { bytes: u64 },
    #[error("the system's random generator failed: {reason}")]
    RandomUnavailable { reason: String },
    #[error("the proof does not verify: the witness breaks a constraint, or the key is damaged")]
    ProofRejected,
    #[error("the self-test failed: {reason}")]
    SelfTestFailed { reason: String },
    #[error("the prover panicked: {reason}")]
    Panicked { reason: String },
}

impl ProverError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::FileUnreadable { .. } => "FileUnreadable",
            Self::FileMalformed { .. } => "FileMalformed",
            Self::CurveUnsupported { .. } => "CurveUnsupported",
            Self::ElementOutOfRange { .. } => "ElementOutOfRange",
            Self::FileUnwritable { .. } => "FileUnwritable",
            Self::PointOffCurve { .. } => "PointOffCurve",
            Self::CircuitMismatch { .. } => "CircuitMismatch",
            Self::PtauTooSmall { .. } => "PtauTooSmall",
            Self::CircuitTooLarge { .. } => "CircuitTooLarge",
            Self::KeyRejected { .. } => "KeyRejected",
            Self::KeyUnknown { .. } => "KeyUnknown",
            Self::ParameterInvalid { .. } => "ParameterInvalid",
            Self::Cancelled => "Cancelled",
            Self::MemoryLimit { .. } => "MemoryLimit",
            Self::OutOfMemory { .. } => "OutOfMemory",
            Self::RandomUnavailable { .. } => "RandomUnavailable",
            Self::ProofRejected => "ProofRejected",
            Self::SelfTestFailed { .. } => "SelfTestFailed",
            Self::Panicked { .. } => "Panicked",
        }
    }

    /// The file at fault, if one is.
    pub fn file(&self) -> Option<File> {
        match self {
            Self::FileUnreadable { file, .. }
            | Self::FileMalformed { file, .. }
            | Self::CurveUnsupported { file }
            | Self::ElementOutOfRange { file, .. }
            | Self::FileUnwritable { file, .. }
            | Self::PointOffCurve { file, .. } => Some(*file),
            _ => None,
        }
    }

    /// A file that could not be opened or mapped.
    pub fn unreadable(file: File, error: &std::io::Error) -> Self {
        Self::FileUnreadable { file, reason: error.to_string() }
    }

    pub fn malformed(file: File, reason: impl Into<String>) -> Self {
        Self::FileMalformed { file, reason: reason.into() }
    }
}

pub type Result<T> = std::result::Result<T, ProverError>;
