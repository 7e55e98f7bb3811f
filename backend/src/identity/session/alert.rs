//! Staff are told of failed sign-ins to the admin portal: from which address, and what that one is called.

use std::net::IpAddr;
use std::time::Duration;

use diesel_async::AsyncConnection;
use jiff::Timestamp;

use crate::App;
use crate::http::error::{Error, Result};
use crate::identity::letters::{self, FailedSignIn};

/// How long a name server may take.
const LOOKUP_MAX: Duration = Duration::from_secs(5);

/// The job: looks up what the address is called, then tells staff, once.
pub async fn sign_in_failed(app: &App, email: &str, ip: &str, failures: i64, at: Timestamp) -> Result<()> {
    let host = host_of(ip).await.unwrap_or_default();
    let failed = FailedSignIn { email, ip, host: &host, failures, at };
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| letters::staff_sign_in_failed(tx, now, &failed).await).await
}

/// The name of an address by reverse lookup. `None`: it has none, or nobody answered in time.
async fn host_of(ip: &str) -> Option<String> {
    let ip: IpAddr = ip.parse().ok()?;
    let asked = tokio::task::spawn_blocking(move || dns_lookup::lookup_addr(&ip.to_canonical()).ok());
    let name = tokio::time::timeout(LOOKUP_MAX, asked).await.ok()?.ok()??;
    is_name(&name).then_some(name)
}

/// Whoever owns an address writes its name: only what can be one is shown.
fn is_name(name: &str) -> bool {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (1..=253).contains(&name.len()) && name.chars().all(sound)
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn only_what_can_be_a_name_is_shown() {
        for good in ["host-7.example.com", "localhost", "_dmarc.example"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "<b>x</b>", "a b", "дім.укр", "a\nb", &"x".repeat(254)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
