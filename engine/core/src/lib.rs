//! The settlement engine.
