//! The texts that AWS gives to processes that end before they have answered.

use std::process::ExitStatus;
use std::time::Duration;

use super::function_error::FunctionError;

/// The process ended by itself.
pub(super) fn exited(request_id: &str, status: ExitStatus) -> FunctionError {
    let how = match status.code() {
        Some(0) => "Runtime exited without providing a reason".to_owned(),
        Some(code) => format!("Runtime exited with error: exit status {code}"),
        None => format!("Runtime exited with error: signal: {}", signal(status)),
    };
    FunctionError::new("Runtime.ExitError", format!("RequestId: {request_id} Error: {how}"))
}

/// The process had no answer in time.
pub(super) fn timed_out(request_id: &str, timeout: Duration) -> FunctionError {
    let seconds = timeout.as_secs_f64();
    FunctionError::new(
        "Sandbox.Timedout",
        format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds"),
    )
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(6) => "aborted".to_owned(),
        Some(9) => "killed".to_owned(),
        Some(11) => "segmentation fault".to_owned(),
        Some(15) => "terminated".to_owned(),
        Some(number) => format!("signal {number}"),
        None => "unknown".to_owned(),
    }
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> String {
    "unknown".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn an_exit_is_told_as_aws_tells_it() {
        use std::os::unix::process::ExitStatusExt;
        let text = |raw| exited("1b", ExitStatus::from_raw(raw)).error_message;
        assert_eq!(text(7 << 8), "RequestId: 1b Error: Runtime exited with error: exit status 7");
        assert_eq!(text(9), "RequestId: 1b Error: Runtime exited with error: signal: killed");
        assert_eq!(text(0), "RequestId: 1b Error: Runtime exited without providing a reason");
    }

    #[test]
    fn a_timeout_is_told_in_seconds_with_two_decimals() {
        let error = timed_out("1b", Duration::from_millis(1500));
        assert_eq!(error.error_type, "Sandbox.Timedout");
        assert_eq!(error.error_message, "RequestId: 1b Error: Task timed out after 1.50 seconds");
    }
}
