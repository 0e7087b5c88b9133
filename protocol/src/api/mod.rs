//! The typed API.
