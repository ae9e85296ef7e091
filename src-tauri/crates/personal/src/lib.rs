//! Personal information in Korean text: found, marked and masked.
