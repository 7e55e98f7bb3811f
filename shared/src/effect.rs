//! What a write would do, said before it is done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Money;

words! {
    /// A kind of effect.
    EffectKind {
        /// The record is deleted for good.
        Deleted = "deleted",
        /// Prices are deleted with it; `count`.
        PricesDeleted = "prices_deleted",
        /// Options are deleted with it; `count`.
        OptionsDeleted = "options_deleted",
        /// Attributes are deleted with it; `count`.
        AttributesDeleted = "attributes_deleted",
        /// Products lose it; `count`.
        ProductsDetached = "products_detached",
        /// It is taken out of product groups; `count`.
        GroupsDetached = "groups_detached",
        /// Groups of staff lose it; `count`.
        StaffGroupsDetached = "staff_groups_detached",
        /// Its numberings of documents are deleted with it; `count`.
        NumberingDeleted = "numbering_deleted",
        /// Nobody new buys from it.
        SellsNoMore = "sells_no_more",
        /// Its documents stay as they are; `count`.
        DocumentsStay = "documents_stay",
        /// Signed-in browsers are signed out; `count`.
        SessionsEnded = "sessions_ended",
        /// API tokens stop working; `count`.
        TokensRevoked = "tokens_revoked",
        /// Services that were never delivered are cancelled; `count`.
        ServicesCancelled = "services_cancelled",
        /// A proforma asks for no money any more; `amount`.
        ProformaCancelled = "proforma_cancelled",
        /// An invoice asks for no money any more: a credit note takes it back; `amount`.
        InvoiceTakenBack = "invoice_taken_back",
        /// A credit note takes the tax of an invoice back; `amount`.
        TaxTakenBack = "tax_taken_back",
        /// Money that was set aside is free again; `amount`.
        HoldReleased = "hold_released",
        /// The module stops the service.
        ModuleStops = "module_stops",
        /// The module deletes the service with its data.
        ModuleDeletes = "module_deletes",
        /// The module takes back what a failed delivery left.
        ModuleCleansUp = "module_cleans_up",
        /// What has been used so far is charged; `amount`.
        ChargedNow = "charged_now",
        /// It is charged no further.
        ChargingStops = "charging_stops",
        /// It runs and is charged until then, and is deleted; `at`. Until then it can be taken back.
        EndsLater = "ends_later",
        /// The rest of what is paid is not given back; `at`: until when it is paid.
        PaidTimeLost = "paid_time_lost",
        /// A fee is charged when it is deleted; `amount`.
        UninstallFee = "uninstall_fee",
        /// It stays suspended until staff resume it.
        StaysSuspended = "stays_suspended",
        /// What was charged stays with the client that it was charged to.
        ChargesStay = "charges_stay",
        /// The time that is paid for goes with the service; `at`: until when.
        PaidTimeGoes = "paid_time_goes",
        /// It gets the prices of the catalogue in another currency; `amount` for a period.
        PriceOfCurrency = "price_of_currency",
        /// The wallet of the new client pays; `amount` for a period, `at`: from when.
        NewClientPays = "new_client_pays",
        /// A payment is booked; `amount`: all of it.
        PaymentBooked = "payment_booked",
        /// A client's wallet is credited; `amount`.
        WalletCredited = "wallet_credited",
        /// A client's wallet pays; `amount`.
        WalletPays = "wallet_pays",
        /// A client's wallet may go into debt this far; `amount`.
        CreditLimitSet = "credit_limit_set",
        /// Money that no document lacks is kept aside until staff say whose it is; `amount`.
        KeptAside = "kept_aside",
        /// A document is frozen, numbered and sent; `amount`: its total.
        DocumentIssued = "document_issued",
        /// The state is set in the database; the module is not told.
        StateSet = "state_set",
        /// Rates of other currencies are taken anew; `count`.
        RatesRescaled = "rates_rescaled",
        /// Rates that were dated ahead are dropped; `count`.
        RatesDropped = "rates_dropped",
        /// E-mails go out, one to each recipient; `count`.
        MessagesSent = "messages_sent",
        /// The module starts the service again.
        ModuleStarts = "module_starts",
        /// Money is set aside in the client's wallet until the service runs; `amount`.
        MoneySetAside = "money_set_aside",
        /// It is charged again from when it runs; what is paid for and left counts on.
        ChargedAgain = "charged_again",
        /// The service is active, and charged from now on.
        RunsNow = "runs_now",
        /// The service has ended.
        Ended = "ended",
        /// It has the options that were asked for.
        OptionsGiven = "options_given",
        /// What it costs a period from now on; `amount`.
        PriceBecomes = "price_becomes",
        /// Somebody else becomes the owner of the client; `name`: his address.
        OwnerBecomes = "owner_becomes",
        /// The owner until now stays as manager; `name`: his address.
        OwnerStaysManager = "owner_stays_manager",
        /// It becomes the default instead of another one; `name`: of that one.
        DefaultInsteadOf = "default_instead_of",
        /// New clients whose country has no home company of its own belong to it.
        NewClientsComeHere = "new_clients_come_here",
        /// Active clients can pay by it no more; `count`.
        PaymentWayLost = "payment_way_lost",
        /// Active clients are left without any way to pay; `count`.
        NoPaymentWayLeft = "no_payment_way_left",
        /// A tax rule goes to another place; `count`: which, from the top.
        RuleMoved = "rule_moved",
        /// Taxes of no active client are decided otherwise today.
        TaxesStay = "taxes_stay",
        /// Taxes of active clients are decided otherwise today; `count`.
        TaxesDecidedOtherwise = "taxes_decided_otherwise",
        /// Of those, active clients who bear other taxes or rates; `count`.
        TaxRatesDiffer = "tax_rates_differ",
        /// Active clients whose taxes another rule decides instead; `count`, `name`: its place and what it says.
        FallToRule = "fall_to_rule",
        /// Active clients who bear the rates of their home company instead, for no rule is left; `count`.
        FallToCompany = "fall_to_company",
        /// Rules that can never match any more; `count`, `name`: their places.
        RulesShadowed = "rules_shadowed",
        /// Rules that can match again; `count`, `name`: their places.
        RulesFreed = "rules_freed",
    }
}

/// One thing that a write would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Effect {
    pub code: EffectKind,
    /// The same as an English sentence.
    pub message: String,
    /// Who or what it concerns; `null` where nobody is named.
    pub name: Option<String>,
    /// How many; `null` where nothing is counted.
    pub count: Option<i64>,
    /// How much; `null` where no money is concerned.
    pub amount: Option<Money>,
    /// When; `null`: at once.
    pub at: Option<Timestamp>,
}

impl Effect {
    pub fn new(code: EffectKind, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), name: None, count: None, amount: None, at: None }
    }

    /// The record is gone for good.
    pub fn deleted() -> Self {
        Self::new(EffectKind::Deleted, "It is deleted for good.")
    }

    /// So many of `what`: `3`, `API tokens stop working.` `None`: there are none.
    pub fn some(code: EffectKind, count: i64, what: &str) -> Option<Self> {
        (count > 0).then(|| Self::new(code, format!("{count} {what}")).counted(count))
    }

    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    pub fn counted(self, count: i64) -> Self {
        Self { count: Some(count), ..self }
    }

    pub fn of(self, amount: Money) -> Self {
        Self { amount: Some(amount), ..self }
    }

    pub fn at(self, at: Timestamp) -> Self {
        Self { at: Some(at), ..self }
    }
}

/// The answer to `dry_run=true`: what would happen, in order. Nothing was written. What would be refused is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rehearsal {
    pub effects: Vec<Effect>,
}

/// What a write left, or with `dry_run=true` what it would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Tried<T> {
    Would(Rehearsal),
    Done(T),
}
