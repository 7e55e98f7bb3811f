//! Every answer that a test gets is one that the API document promises.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hostwright::http::router;
use reqwest::Method;

struct Operation {
    method: Method,
    path: Vec<String>,
    id: String,
    statuses: BTreeSet<String>,
}

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let document = router::document();
    let mut found = Vec::new();
    for (path, item) in document.paths.paths {
        let operations = [
            (Method::GET, item.get),
            (Method::POST, item.post),
            (Method::PUT, item.put),
            (Method::PATCH, item.patch),
            (Method::DELETE, item.delete),
        ];
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let statuses = operation.responses.responses.into_keys().collect();
            let id = operation.operation_id.unwrap_or_default();
            found.push(Operation { method, path: path.clone(), id, statuses });
        }
    }
    // Of two paths that fit, the one that names more is meant.
    found.sort_by_key(|operation| operation.path.iter().filter(|part| part.starts_with('{')).count());
    found
});

/// Panics when the operation at this path does not say that it answers with this status.
pub(super) fn check(method: &Method, path: &str, status: u16) {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |known: &[String]| {
        known.len() == parts.len()
            && known.iter().zip(&parts).all(|(known, part)| known.starts_with('{') || known == part)
    };
    let found = OPERATIONS.iter().find(|one| one.method == *method && fits(&one.path));
    let Some(operation) = found else { return };
    let (id, known) = (&operation.id, &operation.statuses);
    assert!(
        known.contains(&status.to_string()),
        "{id} does not say that it answers with {status}, but {known:?}"
    );
}
