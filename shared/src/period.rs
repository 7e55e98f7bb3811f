//! How often a price is due.

words! {
    /// How often a price is due.
    Period {
        /// Once, at activation.
        OneTime = "one_time",
        Hourly = "hourly",
        Daily = "daily",
        Weekly = "weekly",
        Biweekly = "biweekly",
        Monthly = "monthly",
        Quarterly = "quarterly",
        Semiannually = "semiannually",
        Annually = "annually",
        Biennially = "biennially",
        Triennially = "triennially",
    }
}

impl Period {
    /// Hours of the period for comparing prices: a month counts 720, a year 8760. `None` for `one_time`.
    pub const fn nominal_hours(self) -> Option<u32> {
        match self {
            Self::OneTime => None,
            Self::Hourly => Some(1),
            Self::Daily => Some(24),
            Self::Weekly => Some(168),
            Self::Biweekly => Some(336),
            Self::Monthly => Some(720),
            Self::Quarterly => Some(2160),
            Self::Semiannually => Some(4320),
            Self::Annually => Some(8760),
            Self::Biennially => Some(17520),
            Self::Triennially => Some(26280),
        }
    }
}
