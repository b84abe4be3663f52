//! Stacks of ours that the file does not name any more.

use tendlc_core::account::AccountId;

use super::Cloud;

impl Cloud {
    /// The names of stacks that begin with one of `begins`, are none of `wanted`, and are of one of these primaries, as far
    /// as they say.
    pub async fn strays(
        &self,
        begins: &[&str],
        wanted: &[&str],
        primaries: &[&AccountId],
    ) -> anyhow::Result<Vec<String>> {
        let mut strays = Vec::new();
        let mut pages = self.client.describe_stacks().into_paginator().items().send();
        while let Some(stack) = pages.next().await {
            let stack = stack.map_err(|error| self.failed("DescribeStacks", &error))?;
            let name = stack.stack_name().unwrap_or_default();
            // One that was only announced holds nothing.
            let empty = ["DELETE_COMPLETE", "REVIEW_IN_PROGRESS"];
            let is_gone = stack.stack_status().is_some_and(|status| empty.contains(&status.as_str()));
            let of = stack.parameters().iter().find(|one| one.parameter_key() == Some("PrimaryAccount"));
            let of = of.and_then(|one| one.parameter_value());
            let ours = of.is_none_or(|of| primaries.iter().any(|primary| primary.as_str() == of));
            if !is_gone && ours && begins.iter().any(|begin| name.starts_with(begin)) && !wanted.contains(&name) {
                strays.push(name.to_owned());
            }
        }
        Ok(strays)
    }
}
