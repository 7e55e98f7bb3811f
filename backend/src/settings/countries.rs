//! Countries by ISO 3166-1 with their names and calling codes; regions by ISO 3166-2.
//!
//! Names are those of the Unicode CLDR, regions those of the `rust_iso3166` crate.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use shared::identity::{Country, Region};

/// Members of the European Union, as VAT sees them.
pub const EU: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

static COUNTRIES: LazyLock<BTreeMap<&'static str, Country>> = LazyLock::new(|| {
    include_str!("countries.tsv")
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let (code, name) = (columns.next()?, columns.next()?);
            let (native_name, calling_code) = (columns.next()?.to_owned(), columns.next()?.to_owned());
            let country = Country {
                code: code.to_owned(),
                name: name.to_owned(),
                native_name,
                calling_code,
                eu: EU.contains(&code),
                has_regions: !regions_of(code).is_empty(),
            };
            Some((code, country))
        })
        .collect()
});

/// All countries, by English name.
pub fn all() -> Vec<Country> {
    let mut all: Vec<Country> = COUNTRIES.values().cloned().collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

pub fn find(code: &str) -> Option<&'static Country> {
    COUNTRIES.get(code)
}

fn regions_of(country: &str) -> &'static [rust_iso3166::iso3166_2::Subdivision] {
    rust_iso3166::iso3166_2::SUBDIVISION_COUNTRY_MAP.get(country).copied().unwrap_or(&[])
}

/// The regions of a country, by name.
pub fn regions(country: &str) -> Vec<Region> {
    let mut regions: Vec<Region> = regions_of(country)
        .iter()
        .map(|region| Region {
            code: region.code.to_owned(),
            name: region.name.to_owned(),
            kind: region.subdivision_type.to_owned(),
        })
        .collect();
    regions.sort_by(|a, b| a.name.cmp(&b.name));
    regions
}

/// Whether `region` is a region of `country`.
pub fn has_region(country: &str, region: &str) -> bool {
    regions_of(country).iter().any(|known| known.code == region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_iso_3166_is_there() {
        assert_eq!(all().len(), 249);
        assert_eq!(regions("PL").len(), 16);
        assert!(regions("US").len() >= 51 && has_region("CA", "CA-QC") && !has_region("PL", "CA-QC"));
        assert_eq!(find("UA").map(|country| country.native_name.as_str()), Some("Україна"));
        assert!(EU.iter().all(|code| find(code).is_some_and(|country| country.eu)));
    }
}
