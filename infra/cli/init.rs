//! `tendlc init`.

use serde_json::json;

use crate::args::{Init, Output};
use crate::show;

pub fn run(init: &Init) -> anyhow::Result<u8> {
    match init.output {
        Output::Text => show::text(tendlc_config::EXAMPLE)?,
        Output::Json => show::line(&json!({ "example": tendlc_config::EXAMPLE }))?,
    }
    Ok(crate::DONE)
}
