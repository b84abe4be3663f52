//! AWS on one machine: doubles of the services that tendlc calls, the Lambda Runtime API, and the whole of tendlc on
//! top of both.

pub mod aws;
pub mod lambda;
pub mod system;
