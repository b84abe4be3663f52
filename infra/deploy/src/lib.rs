//! The templates, what `tendlc.toml` makes of them, and bringing accounts to it.

mod document;
mod evaluate;
pub mod names;
mod physical;
mod policy;
mod stack;
mod template;

pub use document::NotATemplate;
pub use evaluate::{EvaluateError, Place, Resource, Resources, resources};
pub use policy::{Kind, Policy, PolicyError, policies};
pub use stack::{Code, Given, Owner, Stack, stacks};
pub use template::Template;

#[cfg(test)]
mod tests;
