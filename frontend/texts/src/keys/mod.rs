//! The names of all texts.

mod admin;
pub(crate) mod client;
mod common;
pub(crate) mod desk;
pub(crate) mod parts;

pub use admin::Admin;
pub use client::Client;
pub use common::Common;
pub use desk::Desk;
pub use parts::Parts;

/// Which texts a file has: how many, and a hash (FNV-1a) of what they say in English.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) count: usize,
    pub(crate) hash: u64,
}

impl Mark {
    pub(crate) const START: Self = Self { count: 0, hash: 0xcbf2_9ce4_8422_2325 };

    pub(crate) const fn with(self, text: &str) -> Self {
        let mut hash = self.hash;
        let mut rest = text.as_bytes();
        while let Some((byte, left)) = rest.split_first() {
            hash = Self::step(hash, *byte);
            rest = left;
        }
        Self { count: self.count.saturating_add(1), hash: Self::step(hash, 0) }
    }

    #[expect(clippy::as_conversions, reason = "`From` is not const")]
    const fn step(hash: u64, byte: u8) -> u64 {
        (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
    }
}

/// Declares texts by their names. They are written and read in this order.
macro_rules! texts {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $note:literal])* $key:ident),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $name { $($(#[doc = $note])* pub $key: &'static str,)+ }

        impl $name {
            #[cfg(not(target_arch = "wasm32"))]
            pub(crate) fn each(&self, put: &mut dyn FnMut(&'static str)) {
                $(put(self.$key);)+
            }

            pub(crate) const fn mark(&self, mark: $crate::keys::Mark) -> $crate::keys::Mark {
                $(let mark = mark.with(self.$key);)+
                mark
            }

            pub(crate) const EMPTY: Self = Self { $($key: "",)+ };

            pub(crate) fn fill(&mut self, text: &mut dyn FnMut(&mut &'static str)) {
                $(text(&mut self.$key);)+
            }
        }
    };
}

/// Declares sections of texts, a type for each.
macro_rules! sections {
    ($(#[doc = $doc:literal])* $name:ident {
        $($section:ident: $kind:ident { $($(#[doc = $note:literal])* $key:ident),+ $(,)? })+
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $name { $(pub $section: $kind,)+ }

        impl $name {
            #[cfg(not(target_arch = "wasm32"))]
            pub(crate) fn each(&self, put: &mut dyn FnMut(&'static str)) {
                $(self.$section.each(put);)+
            }

            pub(crate) const fn mark(&self, mark: $crate::keys::Mark) -> $crate::keys::Mark {
                $(let mark = self.$section.mark(mark);)+
                mark
            }

            pub(crate) const EMPTY: Self = Self { $($section: $kind::EMPTY,)+ };

            pub(crate) fn fill(&mut self, text: &mut dyn FnMut(&mut &'static str)) {
                $(self.$section.fill(text);)+
            }
        }

        $(crate::keys::texts! {
            $kind { $($(#[doc = $note])* $key),+ }
        })+
    };
}

pub(crate) use {sections, texts};
