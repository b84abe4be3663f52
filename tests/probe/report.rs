//! What the probe answers, and that it keeps its form.

use std::collections::BTreeMap;

use serde_json::Value;

/// The function's answer, and what each of its checks found.
pub struct Report {
    pub reply: Value,
    checks: BTreeMap<String, Value>,
}

impl Report {
    pub fn of(reply: Value) -> Self {
        let named = |check: &Value| (check["name"].as_str().unwrap().to_owned(), check.clone());
        let checks = reply["checks"].as_array().unwrap().iter().map(named).collect();
        let report = Self { reply, checks };
        report.keeps_its_form();
        report
    }

    /// Each check says what it found; what is not healthy says what to do; nobody's number is in it.
    fn keeps_its_form(&self) {
        for check in self.checks.values() {
            assert!(!check["detail"].as_str().unwrap().is_empty() && check["millis"].is_u64(), "{check}");
            let cure = check.get("cure").and_then(Value::as_str).is_some_and(|cure| !cure.is_empty());
            assert_eq!(cure, check["state"] != "healthy", "{check}");
        }
        let text = self.reply.to_string();
        for number in ["2065550100", "2065550142", "4254147755", "4254147167"] {
            assert!(!text.contains(number), "{text}");
        }
    }

    pub fn status(&self) -> &str {
        self.reply["status"].as_str().unwrap()
    }

    pub fn state(&self, check: &str) -> &str {
        self.checks.get(check).unwrap_or_else(|| panic!("no {check} in {}", self.reply))["state"].as_str().unwrap()
    }

    /// What is failing or degraded.
    pub fn broken(&self) -> impl Iterator<Item = &str> {
        let broken = |check: &&str| matches!(self.state(check), "failing" | "degraded");
        self.checks.keys().map(String::as_str).filter(broken)
    }

    pub fn text(&self, check: &str) -> String {
        format!("{} {}", self.checks[check]["detail"], self.checks[check]["cure"])
    }

    /// These checks stand so, and all others are healthy.
    pub fn stands(&self, status: &str, others: &[(&str, &str)]) {
        let others: BTreeMap<&str, &str> = others.iter().copied().collect();
        for check in self.checks.keys() {
            let wanted = others.get(check.as_str()).copied().unwrap_or("healthy");
            assert_eq!(self.state(check), wanted, "{check} in {:#}", self.reply);
        }
        assert!(others.keys().all(|check| self.checks.contains_key(*check)), "{:#}", self.reply);
        assert_eq!(self.status(), status, "{:#}", self.reply);
    }
}
