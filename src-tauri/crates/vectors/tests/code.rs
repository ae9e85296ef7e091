//! A vector in one byte a dimension.

use proptest::collection::vec;
use proptest::prelude::*;
use vectors::{Code, Error};

#[test]
fn a_code_is_the_scale_and_a_step_a_dimension() {
    let code = Code::of(&[1.27, -0.635, 0.0, 0.014]);
    assert_eq!(code.as_bytes(), [&0.01_f32.to_le_bytes()[..], &[127, 192, 0, 1]].concat());
}

/// What is no code of two dimensions.
#[test]
fn bytes_that_are_no_code_are_refused() {
    let bytes = |scale: f32, steps: &[u8]| [&scale.to_le_bytes()[..], steps].concat();
    let table = [
        ("nothing", Vec::new()),
        ("half a scale", vec![0, 0]),
        ("a dimension too few", bytes(1.0, &[1])),
        ("a dimension too many", bytes(1.0, &[1, 2, 3])),
        ("a scale that is no number", bytes(f32::NAN, &[1, 2])),
        ("an endless scale", bytes(f32::INFINITY, &[1, 2])),
        ("a scale below zero", bytes(-1.0, &[1, 2])),
    ];
    for (what, bytes) in table {
        assert_eq!(Code::from_bytes(&bytes, 2), Err(Error::Bytes { bytes: bytes.len(), dims: 2 }), "{what}");
    }
    assert_eq!(Code::from_bytes(&bytes(1.0, &[1, 255]), 2).map(|code| code.to_vector()), Ok(vec![1.0, -1.0]));
}

/// A vector, and what its code stands for.
#[test]
fn odd_vectors_have_a_code_too() {
    let table: [(&[f32], &[f32]); 4] = [
        (&[], &[]),
        (&[0.0, 0.0], &[0.0, 0.0]),
        (&[f32::NAN, 1.0], &[0.0, 1.0]),
        (&[f32::INFINITY, -2.0, f32::NEG_INFINITY], &[0.0, -2.0, 0.0]),
    ];
    for (vector, wanted) in table {
        assert_eq!(Code::of(vector).to_vector(), wanted, "{vector:?}");
    }
}

proptest! {
    #[test]
    fn no_dimension_is_off_by_more_than_half_a_step(vector in vec(-1.0_f32..1.0, 0..500)) {
        let code = Code::of(&vector);
        let largest = vector.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        prop_assert_eq!(code.as_bytes().len(), 4 + vector.len());
        for (was, is) in vector.iter().zip(code.to_vector()) {
            prop_assert!((was - is).abs() <= largest / 254.0 * 1.001, "{} for {}", is, was);
        }
        prop_assert_eq!(Code::from_bytes(code.as_bytes(), vector.len()), Ok(code));
    }

    #[test]
    fn any_bytes_are_a_code_or_refused(bytes in vec(any::<u8>(), 0..20), dims in 0_usize..20) {
        if let Ok(code) = Code::from_bytes(&bytes, dims) {
            prop_assert_eq!(code.as_bytes(), &bytes[..]);
            prop_assert!(code.to_vector().iter().all(|value| !value.is_nan()));
        }
    }
}
