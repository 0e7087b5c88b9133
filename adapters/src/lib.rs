//! dfns-client.
