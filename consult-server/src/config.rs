//! Configuration: one struct per section, each with its default; a TOML file and `CONSULT__SECTION__KEY` override.
//! Unknown keys are errors. Secrets print as `***`. Without a file everything works on loopback.

mod mail;
mod net;

pub use mail::{Mail, Notices, Webhooks};
pub use net::Net;

use crate::crypto::Suite;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub http: Http,
    pub alliance: Alliance,
    pub access: Access,
    pub keys: Keys,
    pub store: Store,
    pub objects: Objects,
    pub audit: Audit,
    pub dimse: Dimse,
    pub media: Media,
    pub mail: Mail,
    pub notices: Notices,
    pub metrics: Metrics,
    pub demo: Demo,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    pub listen: SocketAddr,
    /// What links use; the origin check accepts it (and 127.0.0.1 while listening there).
    pub public_url: String,
    /// Speak TLS; `public_url` begins with `https://` then.
    pub tls: Option<Tls>,
    /// From whom a forwarded address is believed: addresses and networks.
    pub trusted_proxies: Vec<Net>,
    /// Which header they write. Only that one is read: another one would pass through them as the sender made it up.
    pub forwarded_header: ForwardedHeader,
    /// Seconds in which a connection has to say what it wants: its first request, and the head of each.
    pub header_seconds: u32,
    /// Connections that may be open at once, never more than three quarters of the files that the process may open.
    pub connections: usize,
    /// From one address that is neither this machine's nor a trusted proxy's: a hospital sits behind one.
    pub connections_per_address: usize,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: ([127, 0, 0, 1], 8080).into(),
            public_url: "http://localhost:8080".to_owned(),
            tls: None,
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::XForwardedFor,
            header_seconds: 30,
            connections: 32_768,
            connections_per_address: 1_024,
        }
    }
}

/// PEM files; read again when they change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The server's certificate, then those between it and the authority.
    pub cert: PathBuf,
    pub key: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, with `X-Forwarded-Proto`.
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alliance {
    /// IANA name of the zone in which days, rosters and reports are counted.
    pub timezone: String,
}

impl Default for Alliance {
    fn default() -> Self {
        Self { timezone: "Asia/Shanghai".to_owned() }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// Who must use a second factor; `admins` unless said, `none` for demo accounts on loopback.
    pub second_factor: Option<SecondFactor>,
    /// After so many days a password must be changed; never unless said.
    pub password_days: Option<u32>,
    /// An OpenID Connect provider whose people may sign in.
    pub oidc: Option<Oidc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    None,
    /// Administrators, security administrators and auditors.
    Admins,
    All,
}

/// Signing in by OpenID Connect (authorization code with PKCE). Its redirect address is
/// `{http.public_url}/api/v1/session/oidc/callback`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// As the provider writes it; `/.well-known/openid-configuration` is found below it.
    pub issuer: String,
    pub client_id: String,
    /// None for a public client: PKCE protects the code either way.
    pub client_secret: Option<Secret>,
    /// What the button on the sign-in page says.
    #[serde(default = "Oidc::label")]
    pub label: String,
    /// The claim that names the person.
    #[serde(default = "Oidc::claim")]
    pub claim: String,
    /// What the claim is compared with at the first sign-in; afterwards the provider's `sub` is linked to the account.
    #[serde(default)]
    pub matches: OidcMatch,
    #[serde(default)]
    pub second_factor: OidcSecondFactor,
    /// Asked for beside `openid`.
    #[serde(default = "Oidc::scopes")]
    pub scopes: Vec<String>,
}

impl Oidc {
    fn label() -> String {
        "统一身份认证".to_owned()
    }

    fn claim() -> String {
        "preferred_username".to_owned()
    }

    fn scopes() -> Vec<String> {
        vec!["profile".to_owned()]
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OidcMatch {
    /// The name of an account.
    #[default]
    Login,
    /// The staff number of an imported person; whoever has no account gets one without a password.
    StaffNumber,
    /// Nothing: only accounts that were linked at the console.
    Link,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OidcSecondFactor {
    /// Ours is asked for as after a password: many providers take a password alone, and nothing binding says so.
    #[default]
    Ask,
    /// The provider asks for one itself.
    Trust,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// The keys of sealed columns; made at the first start, mode 600.
    pub file: PathBuf,
    /// The suite of new keys; others come by `consult-server keys rotate`.
    pub suite: Suite,
}

impl Default for Keys {
    fn default() -> Self {
        Self { file: "data/keys".into(), suite: Suite::default() }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: Secret,
}

impl Default for Store {
    fn default() -> Self {
        Self { url: Secret("sqlite:data/consult.db".to_owned()) }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Objects {
    /// `file:FOLDER`.
    pub url: String,
    /// Where uploads are kept until they are whole.
    pub staging: PathBuf,
}

impl Default for Objects {
    fn default() -> Self {
        Self { url: "file:data/objects".to_owned(), staging: "data/uploads".into() }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// The folder of the read spool and of the anchors of the chain.
    pub folder: PathBuf,
}

impl Default for Audit {
    fn default() -> Self {
        Self { folder: "data/audit".into() }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dimse {
    pub listen: SocketAddr,
    pub ae_title: String,
}

impl Default for Dimse {
    fn default() -> Self {
        Self { listen: ([127, 0, 0, 1], 11112).into(), ae_title: "CONSULT".to_owned() }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Media {
    /// One UDP port for all media.
    pub udp: SocketAddr,
    /// What browsers are told to send to, where that differs (NAT, proxy).
    pub advertise: Option<SocketAddr>,
}

impl Default for Media {
    fn default() -> Self {
        Self { udp: ([127, 0, 0, 1], 8443).into(), advertise: None }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    pub listen: SocketAddr,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { listen: ([127, 0, 0, 1], 9090).into() }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Demo {
    /// Whether the demo alliance has images: 160 MB of them.
    pub studies: bool,
}

impl Default for Demo {
    fn default() -> Self {
        Self { studies: true }
    }
}

impl Config {
    /// Defaults, then the file (if one is named), then the environment.
    pub fn load(file: Option<&Path>, env: Env) -> Result<Self, String> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(format!("the configuration file {} does not exist", file.display()));
            }
            figment = figment.merge(Toml::file(file));
        }
        figment.merge(env).extract().map_err(|e| e.to_string())
    }

    /// Puts every path below one folder and every listener on a free loopback port, and leaves out the demo's images: for tests.
    pub fn in_folder(folder: &Path) -> Self {
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        let mut config = Self::default();
        config.http.listen = any;
        config.dimse.listen = any;
        config.media.udp = any;
        config.metrics.listen = any;
        config.keys.file = folder.join("keys");
        config.store.url = Secret(format!("sqlite:{}", folder.join("consult.db").display()));
        config.objects.url = format!("file:{}", folder.join("objects").display());
        config.objects.staging = folder.join("uploads");
        config.audit.folder = folder.join("audit");
        config.mail.url = Secret(format!("folder:{}", folder.join("mail").display()));
        config.demo.studies = false;
        config
    }

    /// The effective configuration as JSON, secrets hidden.
    pub fn shown(&self) -> String {
        let mut config = self.clone();
        config.store.url = Secret(config.store.url.hidden());
        config.mail.url = Secret(config.mail.url.hidden());
        if let Some(oidc) = &mut config.access.oidc {
            oidc.client_secret = oidc.client_secret.take().map(|_| Secret("***".to_owned()));
        }
        serde_json::to_string_pretty(&config).unwrap_or_default()
    }
}

/// A value that may hold a password: it never prints itself.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl Secret {
    fn hidden(&self) -> String {
        // A password may hold an @ of its own.
        match self.0.rsplit_once('@') {
            Some((head, tail)) => {
                let scheme = head.split_once("://").map_or("", |(scheme, _)| scheme);
                format!("{scheme}://***@{tail}")
            }
            None => self.0.clone(),
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("consult.toml");
        std::fs::write(&file, "[http]\nlissten = \"127.0.0.1:1\"\n").unwrap();
        let error = Config::load(Some(&file), Env::prefixed("CONSULT_TEST_NONE__")).unwrap_err();
        assert!(error.contains("lissten"), "{error}");
    }

    #[test]
    fn the_password_of_the_store_is_not_shown() {
        let mut config = Config::default();
        config.store.url = Secret("postgres://consult:sesame@db/consult".to_owned());
        assert!(!config.shown().contains("sesame") && config.shown().contains("***@db/consult"));
        assert!(!format!("{config:?}").contains("sesame"));
    }

    #[test]
    fn the_password_of_the_mail_server_is_not_shown() {
        let mut config = Config::default();
        config.mail.url = Secret("smtps://notices:se@same@mail.example:465".to_owned());
        assert!(!config.shown().contains("same@") && config.shown().contains("smtps://***@mail.example:465"));
        assert!(!format!("{config:?}").contains("same@"));
    }

    #[test]
    fn the_secret_of_the_identity_provider_is_not_shown_and_the_rest_has_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("consult.toml");
        let text =
            "[access.oidc]\nissuer = \"https://id.example\"\nclient_id = \"c\"\nclient_secret = \"sesame\"\n";
        std::fs::write(&file, text).unwrap();
        let config = Config::load(Some(&file), Env::prefixed("CONSULT_TEST_NONE__")).unwrap();
        assert!(!config.shown().contains("sesame") && !format!("{config:?}").contains("sesame"));
        let oidc = config.access.oidc.unwrap();
        assert_eq!((oidc.claim.as_str(), oidc.matches), ("preferred_username", OidcMatch::Login));
        assert_eq!(oidc.second_factor, OidcSecondFactor::Ask);
    }
}
