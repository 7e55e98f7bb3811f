//! Which states follow which.

use shared::billing::{DocumentKind, DocumentStatus};
use shared::services::ServiceState;

use ServiceState as S;

/// Moves of a service that the program makes by itself or lets people make. Staff may force others in the database only.
pub const SERVICE_MOVES: &[(ServiceState, ServiceState)] = &[
    (S::Pending, S::Provisioning),
    (S::Pending, S::Cancelled),
    (S::Provisioning, S::Active),
    (S::Provisioning, S::Failed),
    // Tried again.
    (S::Failed, S::Provisioning),
    (S::Failed, S::Cancelled),
    (S::Active, S::Suspended),
    (S::Suspended, S::Active),
    (S::Active, S::Terminated),
    (S::Suspended, S::Terminated),
];

/// Whether a service may go from one state to another.
pub fn service_may(from: ServiceState, to: ServiceState) -> bool {
    SERVICE_MOVES.contains(&(from, to))
}

use DocumentKind as K;
use DocumentStatus as D;

/// Moves of a document, by its kind.
pub const DOCUMENT_MOVES: &[(DocumentKind, DocumentStatus, DocumentStatus)] = &[
    (K::Proforma, D::Draft, D::Unpaid),
    (K::Proforma, D::Unpaid, D::PartiallyPaid),
    (K::Proforma, D::Unpaid, D::Invoiced),
    (K::Proforma, D::Unpaid, D::Cancelled),
    (K::Proforma, D::PartiallyPaid, D::Invoiced),
    (K::Proforma, D::PartiallyPaid, D::Cancelled),
    // Its invoice was paid back whole.
    (K::Proforma, D::Invoiced, D::Refunded),
    (K::Invoice, D::Draft, D::Unpaid),
    // Issued for a proforma that was paid.
    (K::Invoice, D::Draft, D::Paid),
    (K::Invoice, D::Unpaid, D::PartiallyPaid),
    (K::Invoice, D::Unpaid, D::Paid),
    (K::Invoice, D::Unpaid, D::Cancelled),
    (K::Invoice, D::PartiallyPaid, D::Paid),
    (K::Invoice, D::Paid, D::Refunded),
    (K::CreditNote, D::Draft, D::Paid),
];

/// Whether a document of this kind may go from one status to another.
pub fn document_may(kind: DocumentKind, from: DocumentStatus, to: DocumentStatus) -> bool {
    DOCUMENT_MOVES.contains(&(kind, from, to))
}

/// Whether money can be booked on it.
pub fn document_payable(kind: DocumentKind, status: DocumentStatus) -> bool {
    kind != K::CreditNote && matches!(status, D::Unpaid | D::PartiallyPaid)
}

/// Whether what was paid on it can be paid back.
pub fn document_refundable(kind: DocumentKind, status: DocumentStatus) -> bool {
    document_may(kind, status, D::Refunded) && kind == K::Invoice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_stays_ended() {
        for end in [S::Terminated, S::Cancelled] {
            assert!(ServiceState::ALL.iter().all(|to| !service_may(end, *to)));
            assert!(!end.is_living());
        }
    }

    #[test]
    fn every_living_service_can_come_to_an_end() {
        for state in ServiceState::ALL.iter().copied().filter(|state| state.is_living()) {
            let mut reached = vec![state];
            let mut next = 0;
            while next < reached.len() {
                let from = reached[next];
                let more = ServiceState::ALL.iter().copied().filter(|to| service_may(from, *to));
                for to in more.collect::<Vec<_>>() {
                    if !reached.contains(&to) {
                        reached.push(to);
                    }
                }
                next += 1;
            }
            assert!(reached.iter().any(|state| !state.is_living()), "{state}");
        }
    }

    #[test]
    fn a_service_is_active_only_after_it_was_provisioned() {
        let before: Vec<_> =
            SERVICE_MOVES.iter().filter(|(_, to)| *to == S::Active).map(|(from, _)| *from).collect();
        assert_eq!(before, [S::Provisioning, S::Suspended]);
    }

    #[test]
    fn an_issued_document_never_becomes_a_draft() {
        assert!(DOCUMENT_MOVES.iter().all(|(_, _, to)| *to != D::Draft));
        assert!(
            document_payable(K::Proforma, D::PartiallyPaid) && !document_payable(K::Invoice, D::Cancelled)
        );
    }
}
