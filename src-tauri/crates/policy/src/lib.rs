//! What is allowed: grades of documents and the agency's signed policy file.
