//! Telling Lambda why a function cannot start, so that whoever invokes it hears that, and not only that it ended.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The Runtime API is on the same machine.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reports the failure; the log has it already, so what goes wrong here is no failure of its own.
pub fn tell_lambda(why: &str) {
    let Ok(api) = std::env::var("AWS_LAMBDA_RUNTIME_API") else { return };
    if let Err(error) = report(&api, why) {
        tracing::debug!(%error, "Lambda was not told");
    }
}

/// By hand: `lambda_runtime` has no public call for it.
fn report(api: &str, why: &str) -> io::Result<()> {
    let error_type = "Function.CannotStart";
    let body = serde_json::json!({ "errorType": error_type, "errorMessage": why }).to_string();
    let mut stream = TcpStream::connect(api)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {api}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nLambda-Runtime-Function-Error-Type: {error_type}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    // A process that ends before it is answered may take its words with it.
    stream.read_to_end(&mut Vec::new()).map(drop)
}
