//! Money: documents, transactions, payments, home companies, tax rules.

mod assign_payment;
mod book_payment;
mod companies;
mod company;
mod company_gateways;
mod company_parts;
mod company_templates;
mod document;
mod documents;
mod draft;
mod draft_lines;
mod ledger_export;
mod payments;
mod refund;
mod tax_preset;
mod tax_rule_form;
mod tax_rules;
mod template_caret;
mod template_editor;
mod transactions;

pub use companies::{CompaniesPage, NewCompanyPage};
pub use company::{
    CompanyFrame, CompanyGatewaysTab, CompanyGeneralTab, CompanyHistoryTab, CompanyInvoicesTab, CompanyTaxTab,
};
pub use company_templates::CompanyTemplatesTab;
pub use document::DocumentPage;
pub use documents::{DocumentsPage, DocumentsTable};
pub use draft::NewDocumentPage;
pub use payments::{PaymentsPage, PaymentsTable};
pub use tax_rules::TaxRulesPage;
pub use template_editor::TemplatePage;
pub use transactions::{TransactionsPage, TransactionsTable};
