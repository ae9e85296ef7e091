use crate::Error;

const SCALE: usize = size_of::<f32>();
/// The largest step; with -127 as the smallest, zero lies in the middle.
const PEAK: f32 = 127.0;

/// A vector in one byte a dimension: a scale (`f32`, little-endian) and as many steps of it as each dimension is long
/// (`i8`). A dimension is off by half a step at most, which is 1/254 of the longest one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(Vec<u8>);

impl Code {
    /// The code of a vector. A dimension that is no finite number counts as 0.
    #[must_use]
    pub fn of(vector: &[f32]) -> Self {
        let finite = |value: &f32| if value.is_finite() { *value } else { 0.0 };
        let scale = vector.iter().map(|value| finite(value).abs()).fold(0.0, f32::max) / PEAK;
        let mut bytes = Vec::with_capacity(SCALE + vector.len());
        bytes.extend(scale.to_le_bytes());
        // The division of nothing by nothing gives no number, and that is cast to 0.
        bytes.extend(vector.iter().map(|value| ((finite(value) / scale).round().clamp(-PEAK, PEAK) as i8) as u8));
        Self(bytes)
    }

    /// The bytes to keep: four, and one a dimension.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A code out of kept bytes.
    ///
    /// # Errors
    /// [`Error::Bytes`] where they are not what [`Code::as_bytes`] gives of a vector of `dims` dimensions.
    pub fn from_bytes(bytes: &[u8], dims: usize) -> Result<Self, Error> {
        let code = Self(bytes.to_vec());
        if bytes.len() == SCALE + dims && code.scale().is_finite() && code.scale() >= 0.0 {
            Ok(code)
        } else {
            Err(Error::Bytes { bytes: bytes.len(), dims })
        }
    }

    /// The vector, each dimension to the nearest step.
    #[must_use]
    pub fn to_vector(&self) -> Vec<f32> {
        self.steps().map(|step| f32::from(step) * self.scale()).collect()
    }

    pub(crate) fn dims(&self) -> usize {
        self.0.len() - SCALE
    }

    pub(crate) fn scale(&self) -> f32 {
        self.0.first_chunk().map_or(0.0, |bytes| f32::from_le_bytes(*bytes))
    }

    pub(crate) fn steps(&self) -> impl Iterator<Item = i8> {
        self.0[SCALE..].iter().map(|byte| *byte as i8)
    }
}
