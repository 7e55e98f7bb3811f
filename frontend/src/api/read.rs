//! JSON into our types, by small code.
//!
//! serde_json can make a struct of an object or of an array and reads it straight from the text, so every type brings
//! both ways and a parser. Here the text becomes a [`Value`] once. A struct then asks for its fields by name, one after
//! the other, which is by far the smaller of the two ways; fields that it does not know are left alone.
//!
//! Untagged enums and flattened options try one way after the other. Nothing is tried here, since what fails is left at
//! once: ask for the variant itself.

use std::cell::Cell;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value};

/// The text is not what the type says, and where.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Mismatch(String);

thread_local! {
    /// The field that is being read.
    static AT: Cell<&'static str> = const { Cell::new("") };
    static WHAT: Cell<Option<String>> = const { Cell::new(None) };
    static MISMATCHES: Cell<u32> = const { Cell::new(0) };
}

/// After so many the page is of another version than the server, and no answer is read any more.
const MISMATCHES_MAX: u32 = 100;

/// What reading ends with when it does not succeed: nothing, since a mismatch is thrown past the code of the types. None
/// of them has a way for faults, which would be most of what the browser downloads for it.
#[derive(Debug, thiserror::Error)]
pub enum Thrown {}

impl Error for Thrown {
    fn custom<T: std::fmt::Display>(_message: T) -> Self {
        mismatch("not such a value")
    }

    /// A struct lacks a field.
    fn invalid_length(_place: usize, _expected: &dyn Expected) -> Self {
        mismatch("missing")
    }

    /// A struct that is flattened into another lacks a field.
    fn missing_field(field: &'static str) -> Self {
        AT.set(field);
        mismatch("missing")
    }
}

/// Leaves what is being read. A page stays as it was: the frames that are left own nothing but memory.
#[inline(never)]
fn mismatch(what: &str) -> ! {
    let what = format!("{}: {what}", AT.get());
    WHAT.set(Some(what.clone()));
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen::throw_str(&what);
    #[cfg(not(target_arch = "wasm32"))]
    std::panic::panic_any(what);
}

/// Runs `reading` up to its end or to what it throws; the console tells of that.
#[cfg(target_arch = "wasm32")]
fn attempt(reading: &mut dyn FnMut()) {
    // A promise catches what its executor throws.
    let _ = js_sys::Promise::new(&mut |_, _| reading());
}

#[cfg(not(target_arch = "wasm32"))]
fn attempt(reading: &mut dyn FnMut()) {
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(reading));
}

/// Reads what the API answered.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Mismatch> {
    let mut value = Some(parse(text)?);
    let mut read = None;
    attempt(&mut || {
        if let Some(value) = value.take() {
            let Ok(whole) = T::deserialize(Json(value));
            read = Some(whole);
        }
    });
    read.ok_or_else(thrown)
}

#[inline(never)]
fn thrown() -> Mismatch {
    MISMATCHES.set(MISMATCHES.get() + 1);
    Mismatch(WHAT.take().unwrap_or_default())
}

/// Refuses once the page is known to be of another version than the server. Problems are read nevertheless: they say who
/// is signed out.
#[inline(never)]
pub fn same_version() -> Result<(), Mismatch> {
    if MISMATCHES.get() >= MISMATCHES_MAX {
        return Err(Mismatch("another version".to_owned()));
    }
    Ok(())
}

#[inline(never)]
fn parse(text: &str) -> Result<Value, Mismatch> {
    AT.set("");
    serde_json::from_str(text).map_err(|_| Mismatch("not JSON".to_owned()))
}

struct Json(Value);

fn number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Thrown> {
    if let Some(value) = number.as_u64() {
        visitor.visit_u64(value)
    } else if let Some(value) = number.as_i64() {
        visitor.visit_i64(value)
    } else {
        visitor.visit_f64(number.as_f64().unwrap_or_default())
    }
}

/// Methods that take one kind of value.
macro_rules! only {
    ($($method:ident($($name:ident: $type:ty),*): $pattern:pat => $value:expr, $wanted:literal;)+) => {
        $(fn $method<V: Visitor<'de>>(self $(, $name: $type)*, visitor: V) -> Result<V::Value, Thrown> {
            $(let _ = $name;)*
            match self.0 {
                $pattern => $value(visitor),
                _ => mismatch($wanted),
            }
        })+
    };
}

impl<'de> Deserializer<'de> for Json {
    type Error = Thrown;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Thrown> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(value) => number(&value, visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(entries) => visitor.visit_map(Entries(entries.into_iter(), None)),
        }
    }

    only! {
        deserialize_bool(): Value::Bool(value) => |visitor: V| visitor.visit_bool(value), "not true or false";
        deserialize_i8(): Value::Number(value) => |visitor| number(&value, visitor), "not a number";
        deserialize_i16(): Value::Number(value) => |visitor| number(&value, visitor), "not a number";
        deserialize_i32(): Value::Number(value) => |visitor| number(&value, visitor), "not a number";
        deserialize_i64(): Value::Number(value) => |visitor| number(&value, visitor), "not a number";
        deserialize_u8(): Value::Number(value) => |visitor| number(&value, visitor), "not a number";
        deserialize_u16(): Value::Number(value) => |visitor| number(&value, visitor), "not a number";
        deserialize_u32(): Value::Number(value) => |visitor| number(&value, visitor), "not a number";
        deserialize_u64(): Value::Number(value) => |visitor| number(&value, visitor), "not a number";
        deserialize_f32(): Value::Number(value) => |visitor| number(&value, visitor), "not a number";
        deserialize_f64(): Value::Number(value) => |visitor| number(&value, visitor), "not a number";
        deserialize_char(): Value::String(text) => |visitor: V| visitor.visit_string(text), "not a text";
        deserialize_str(): Value::String(text) => |visitor: V| visitor.visit_string(text), "not a text";
        deserialize_string(): Value::String(text) => |visitor: V| visitor.visit_string(text), "not a text";
        deserialize_identifier(): Value::String(text) => |visitor: V| visitor.visit_string(text), "not a text";
        deserialize_bytes(): Value::String(text) => |visitor: V| visitor.visit_string(text), "not a text";
        deserialize_byte_buf(): Value::String(text) => |visitor: V| visitor.visit_string(text), "not a text";
        deserialize_unit(): Value::Null => |visitor: V| visitor.visit_unit(), "not null";
        deserialize_unit_struct(name: &'static str): Value::Null => |visitor: V| visitor.visit_unit(), "not null";
        deserialize_seq(): Value::Array(items) => |visitor: V| visitor.visit_seq(Items(items.into_iter())), "not an array";
        deserialize_tuple(length: usize):
            Value::Array(items) => |visitor: V| visitor.visit_seq(Items(items.into_iter())), "not an array";
        deserialize_tuple_struct(name: &'static str, length: usize):
            Value::Array(items) => |visitor: V| visitor.visit_seq(Items(items.into_iter())), "not an array";
        deserialize_map():
            Value::Object(entries) => |visitor: V| visitor.visit_map(Entries(entries.into_iter(), None)), "not an object";
        deserialize_struct(name: &'static str, fields: &'static [&'static str]):
            Value::Object(values) => |visitor: V| visitor.visit_seq(Fields { names: fields.iter(), values }), "not an object";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Thrown> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Thrown> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Thrown> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant(name, Value::Null)),
            Value::Object(fields) if fields.len() == 1 => match fields.into_iter().next() {
                Some((name, value)) => visitor.visit_enum(Variant(name, value)),
                None => mismatch("not a variant"),
            },
            _ => mismatch("not a variant"),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Thrown> {
        visitor.visit_unit()
    }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Thrown;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Thrown> {
        self.0.next().map(|value| seed.deserialize(Json(value))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// The values of a struct, in the order of its fields.
struct Fields {
    names: std::slice::Iter<'static, &'static str>,
    values: Map<String, Value>,
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = Thrown;

    /// What is absent has its default or is missing.
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Thrown> {
        let Some(value) = self.next() else { return Ok(None) };
        seed.deserialize(Json(value)).map(Some)
    }
}

impl Fields {
    #[inline(never)]
    fn next(&mut self) -> Option<Value> {
        let name = self.names.next()?;
        AT.set(name);
        self.values.remove(*name)
    }
}

/// The entries that are left, and the value of the one whose name was read.
struct Entries(serde_json::map::IntoIter, Option<Value>);

impl<'de> MapAccess<'de> for Entries {
    type Error = Thrown;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Thrown> {
        let Some((name, value)) = self.0.next() else { return Ok(None) };
        self.1 = Some(value);
        seed.deserialize(Json(Value::String(name))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Thrown> {
        seed.deserialize(Json(self.1.take().unwrap_or_default()))
    }
}

/// The name of a variant and what it holds.
struct Variant(String, Value);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Thrown;
    type Variant = Held;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Held), Thrown> {
        Ok((seed.deserialize(Json(Value::String(self.0)))?, Held(self.1)))
    }
}

struct Held(Value);

impl<'de> VariantAccess<'de> for Held {
    type Error = Thrown;

    fn unit_variant(self) -> Result<(), Thrown> {
        if self.0.is_null() { Ok(()) } else { mismatch("a variant that holds nothing") }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Thrown> {
        seed.deserialize(Json(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Thrown> {
        Json(self.0).deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Thrown> {
        Json(self.0).deserialize_struct("", fields, visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};
    use shared::{Currency, Language, Money};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Held {
        Nothing,
        One(i32),
        Named { a: bool },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        left: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct All {
        text: String,
        number: i64,
        share: f64,
        maybe: Option<u32>,
        #[serde(default)]
        absent: Option<bool>,
        list: Vec<Held>,
        pair: (u8, String),
        by_language: BTreeMap<Language, String>,
        money: Money,
        #[serde(flatten)]
        inner: Inner,
        any: serde_json::Value,
    }

    const fn seven() -> i32 {
        7
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Lenient {
        #[serde(default)]
        maybe: Option<u32>,
        #[serde(default)]
        list: Vec<u32>,
        #[serde(default = "seven")]
        number: i32,
        last: String,
    }

    #[test]
    fn what_is_written_is_read() {
        let all = All {
            text: "ż\"\n".to_owned(),
            number: -7,
            share: 0.5,
            maybe: Some(4),
            absent: None,
            list: vec![Held::Nothing, Held::One(2), Held::Named { a: true }],
            pair: (1, "b".to_owned()),
            by_language: BTreeMap::from([(Language::Polish, "tak".to_owned())]),
            money: Money::rounded("12.34".parse().expect("a number"), Currency::EUR),
            inner: Inner { left: "over".to_owned() },
            any: serde_json::json!({ "deep": [1, null, { "x": "y" }] }),
        };
        let text = serde_json::to_string(&all).expect("it can be written");
        assert_eq!(read::<All>(&text).expect("it can be read"), all);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_a_reason() {
        let refused = |text: &str| read::<Inner>(text).expect_err("it does not fit").to_string();
        assert_eq!(refused("{}"), "left: missing");
        assert_eq!(refused("[\"a\"]"), ": not an object");
        assert_eq!(refused("{\"left\":1}"), "left: not a text");
        assert_eq!(refused("{"), "not JSON");
    }

    #[test]
    fn what_a_flattened_struct_lacks_is_named() {
        #[derive(Debug, Deserialize)]
        struct Outer {
            #[serde(flatten)]
            _inner: Inner,
        }
        let refused = read::<Outer>("{}").expect_err("it does not fit");
        assert_eq!(refused.to_string(), "left: missing");
    }

    #[test]
    fn absent_fields_have_their_defaults_and_unknown_ones_are_left_alone() {
        let last = "z".to_owned();
        let read = read::<Lenient>(r#"{ "unknown": [{}], "last": "z" }"#).expect("it can be read");
        assert_eq!(read, Lenient { maybe: None, list: vec![], number: 7, last });
    }

    #[test]
    fn an_answer_that_does_not_matter_may_be_anything() {
        for text in ["null", "{\"a\":1}", "[]"] {
            assert!(read::<serde::de::IgnoredAny>(text).is_ok());
        }
    }
}
