//! Who calls: read from the signature's credential, which is taken at its word except for sessions.

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;

use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use rand::Rng;

use super::refusal::Refusal;
use super::seed::Role;
use super::service::Service;
use super::state::lock;

/// Temporary credentials.
#[derive(Clone)]
pub struct Keys {
    /// The access key id.
    pub access_key: String,
    /// The secret access key; the double does not check signatures made with it.
    pub secret: String,
    /// The session token, which is checked.
    pub token: String,
    /// When they stop working, by the double's clock.
    pub expires: Timestamp,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("access_key", &self.access_key).field("expires", &self.expires).finish()
    }
}

/// A role's session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) role_arn: String,
    pub(crate) name: String,
    pub(crate) issued: Timestamp,
    token: String,
    expires: Timestamp,
}

/// Who made a call.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) account: String,
    /// None: the account's root.
    pub(crate) session: Option<Session>,
}

impl Caller {
    /// What AWS names the caller.
    pub(crate) fn arn(&self) -> String {
        match &self.session {
            None => format!("arn:aws:iam::{}:root", self.account),
            Some(session) => {
                format!("arn:aws:sts::{}:assumed-role/{}/{}", self.account, session.role_name(), session.name)
            }
        }
    }

    /// `aws:PrincipalArn`: the role's ARN, not the session's.
    pub(crate) fn principal(&self) -> String {
        self.session.as_ref().map_or_else(|| self.arn(), |session| session.role_arn.clone())
    }

    /// `aws:userid`.
    pub(crate) fn user_id(&self) -> String {
        match &self.session {
            None => self.account.clone(),
            Some(session) => format!("{}:{}", role_id(&session.role_arn), session.name),
        }
    }

    /// The seeded role whose session this is.
    pub(crate) fn role<'a>(&self, roles: &'a [Role]) -> Option<&'a Role> {
        let session = self.session.as_ref()?;
        roles.iter().find(|role| role.arn == session.role_arn)
    }

    /// Whether the role's sessions of this age were revoked.
    pub(crate) fn is_revoked(&self, role: &Role) -> bool {
        let issued = self.session.as_ref().map(|session| session.issued);
        role.revoked_before.is_some_and(|moment| issued.is_some_and(|issued| issued < moment))
    }
}

impl Session {
    fn role_name(&self) -> &str {
        self.role_arn.rsplit('/').next().unwrap_or_default()
    }
}

/// A role's unique id: the same for one ARN, so that it can be asserted.
pub(crate) fn role_id(role_arn: &str) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in role_arn.bytes() {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
    }
    let letters = (0..17).map(|place| char::from(LETTERS[((hash >> (place * 5)) & 31) as usize]));
    format!("AROA{}", letters.collect::<String>())
}

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn random(length: usize, letters: &[u8]) -> String {
    let mut rng = rand::rng();
    (0..length).map(|_| char::from(letters[rng.random_range(0..letters.len())])).collect()
}

/// The sessions that were issued.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    /// New credentials for a session of a role.
    pub(crate) fn issue(&self, role_arn: &str, name: &str, now: Timestamp, seconds: u32) -> Keys {
        let base64: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').collect();
        let expires = now.checked_add(SignedDuration::from_secs(seconds.into())).unwrap_or(Timestamp::MAX);
        let keys = Keys {
            access_key: format!("ASIA{}", random(16, LETTERS)),
            secret: random(40, &base64),
            token: format!("{}==", random(350, &base64)),
            expires,
        };
        let session = Session {
            role_arn: role_arn.to_owned(),
            name: name.to_owned(),
            issued: now,
            token: keys.token.clone(),
            expires,
        };
        lock(&self.0).insert(keys.access_key.clone(), session);
        keys
    }

    /// The caller that the headers name. `None`: a stranger, where there may be `strangers`; elsewhere one is refused.
    pub(crate) fn caller(
        &self,
        service: Service,
        region: &str,
        now: Timestamp,
        headers: &HeaderMap,
        strangers: bool,
    ) -> Result<Option<Caller>, Refusal> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let authorization = text("authorization").ok_or_else(|| Refusal::unauthenticated(service))?;
        let part = |name: &str| {
            let fields = authorization.split_once(' ')?.1.split(',');
            fields.map(str::trim).find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
        };
        let signed = part("Signature").zip(part("SignedHeaders")).is_some();
        let credential: Vec<&str> = part("Credential").unwrap_or_default().split('/').collect();
        let [key, _date, scope_region, scope_service, "aws4_request"] = credential[..] else {
            return Err(Refusal::incomplete_signature(service));
        };
        if !signed || !authorization.starts_with("AWS4-HMAC-SHA256 ") {
            return Err(Refusal::incomplete_signature(service));
        }
        if scope_service != service.signing_name() {
            return Err(Refusal::wrong_scope(service, &format!("correct service: '{}'", service.signing_name())));
        }
        let is_account = key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit());
        let session = lock(&self.0).get(key).cloned();
        // Whoever brings keys from elsewhere brings the Region that goes with them.
        if strangers && !is_account && session.is_none() {
            return Ok(None);
        }
        if scope_region != region {
            return Err(Refusal::wrong_scope(service, "a valid region"));
        }
        if is_account {
            return Ok(Some(Caller { account: key.to_owned(), session: None }));
        }
        let session = session.ok_or_else(|| Refusal::unknown_token(service))?;
        if text("x-amz-security-token") != Some(&session.token) {
            return Err(Refusal::unknown_token(service));
        }
        if session.expires <= now {
            return Err(Refusal::expired_token(service));
        }
        let account = session.role_arn.split(':').nth(4).unwrap_or_default().to_owned();
        Ok(Some(Caller { account, session: Some(session) }))
    }
}
