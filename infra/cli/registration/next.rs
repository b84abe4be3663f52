//! What to do next about a registration.

use super::Standing;

/// In the order in which one needs the other.
pub fn order(kind: &str) -> u8 {
    match noun(kind) {
        "brand" => 0,
        "vetting" => 1,
        "campaign" => 2,
        _ => 3,
    }
}

/// What AWS's type is called here. Only the campaign's is in AWS's documents, the others are known from use (facts,
/// section 7); any other type goes by AWS's name.
pub fn noun(kind: &str) -> &str {
    match kind {
        "US_TEN_DLC_BRAND_REGISTRATION" => "brand",
        "US_TEN_DLC_BRAND_VETTING" => "vetting",
        "US_TEN_DLC_CAMPAIGN_REGISTRATION" => "campaign",
        other => other,
    }
}

/// Empty where nothing is to be done. How long AWS takes is as its documents say (facts, section 7).
pub fn step(standing: &Standing) -> String {
    let Standing { id, kind, status, version_status, numbers, .. } = standing;
    let noun = noun(kind);
    let takes = match noun {
        "brand" | "vetting" => "one to two business days",
        "campaign" => "up to four weeks",
        _ => "days to weeks",
    };
    match (status.as_str(), version_status.as_str()) {
        (_, "REVOKED") => "carriers block what is sent: ask AWS Support why, and submit a new version".to_owned(),
        ("CREATED", _) | (_, "DRAFT") => format!("it is a draft: fill it in and submit it in AWS's console ({id})"),
        ("REQUIRES_UPDATES", _) | (_, "DENIED") => {
            "correct what the reasons name and submit a new version in AWS's console".to_owned()
        }
        (_, "REQUIRES_AUTHENTICATION") | ("REQUIRES_AUTHENTICATION", _) => {
            "somebody of the company must answer the mail that AWS sent to its contact".to_owned()
        }
        ("CLOSED" | "DELETED", _) => "it is closed; register another, and name that in tendlc.toml".to_owned(),
        ("SUBMITTED" | "AWS_REVIEWING" | "REVIEWING" | "PROVISIONING", _) => {
            format!("wait: AWS and the carriers take {takes}")
        }
        ("COMPLETE", "APPROVED") if noun == "campaign" && numbers.is_empty() => format!(
            "no number is associated: request one with its RegistrationId, or associate one\n  aws \
             pinpoint-sms-voice-v2 create-registration-association --registration-id {id} --resource-id phone-…"
        ),
        ("COMPLETE", "APPROVED") if noun == "campaign" && numbers.iter().all(|number| number.status != "ACTIVE") => {
            "its numbers are not active yet: AWS takes up to fourteen days to associate one".to_owned()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Number;
    use super::*;

    fn standing(kind: &str, status: &str, version_status: &str, numbers: &[&str]) -> Standing {
        let number = |status: &&str| Number { id: "phone-1".to_owned(), status: (*status).to_owned() };
        Standing {
            id: "registration-1".to_owned(),
            kind: kind.to_owned(),
            status: status.to_owned(),
            version: 1,
            version_status: version_status.to_owned(),
            since: None,
            denied: Vec::new(),
            numbers: numbers.iter().map(number).collect(),
            campaigns: Vec::new(),
            in_force: false,
            next: String::new(),
        }
    }

    #[test]
    fn whatever_is_not_in_force_has_a_next_step() {
        const CAMPAIGN: &str = "US_TEN_DLC_CAMPAIGN_REGISTRATION";
        let step = |status, version, numbers: &[&str]| step(&standing(CAMPAIGN, status, version, numbers));
        assert_eq!(step("COMPLETE", "APPROVED", &["ACTIVE"]), "");
        assert!(step("COMPLETE", "APPROVED", &[]).contains("create-registration-association"));
        assert!(step("COMPLETE", "APPROVED", &["ASSOCIATING"]).contains("fourteen days"));
        assert!(step("COMPLETE", "REVOKED", &["ACTIVE"]).contains("AWS Support"));
        assert!(step("REVIEWING", "REVIEWING", &[]).contains("four weeks"));
        assert!(step("REQUIRES_UPDATES", "DENIED", &[]).contains("correct what the reasons name"));
        for status in ["CREATED", "SUBMITTED", "AWS_REVIEWING", "PROVISIONING", "REQUIRES_AUTHENTICATION", "CLOSED"] {
            assert!(!step(status, "SUBMITTED", &[]).is_empty(), "{status}");
        }
    }
}
