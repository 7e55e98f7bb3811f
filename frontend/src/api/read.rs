//! JSON into our types, by small code.
//!
//! serde_json can make a struct of an object or of an array and reads it straight from the text, so every type brings
//! both ways and a parser. Here the text becomes a [`Value`] once. A struct then asks for its fields by name, one after
//! the other, which is by far the smaller of the two ways; fields that it does not know are left alone.

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value};

/// The text is not what the type says, and where. What a type says of it itself is left out: it would bring all the
/// code that words it.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", .0.path, .0.what)]
pub struct Mismatch(Box<Fault>);

#[derive(Debug)]
struct Fault {
    what: &'static str,
    /// `.items.name`; a field that is missing by its place.
    path: String,
}

impl Mismatch {
    #[inline(never)]
    fn new(what: &'static str) -> Self {
        Self(Box::new(Fault { what, path: String::new() }))
    }

    #[inline(never)]
    fn below(mut self, name: &str) -> Self {
        self.0.path = format!(".{name}{}", self.0.path);
        self
    }
}

impl Error for Mismatch {
    fn custom<T: std::fmt::Display>(_message: T) -> Self {
        Self::new("not such a value")
    }

    /// A struct lacks a field.
    fn invalid_length(place: usize, _expected: &dyn Expected) -> Self {
        Self::new("missing").below(&place.to_string())
    }
}

/// Reads what the API answered.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Mismatch> {
    T::deserialize(Json(parse(text)?))
}

fn parse(text: &str) -> Result<Value, Mismatch> {
    serde_json::from_str(text).map_err(Mismatch::custom)
}

struct Json(Value);

fn number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Mismatch> {
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
        $(fn $method<V: Visitor<'de>>(self $(, $name: $type)*, visitor: V) -> Result<V::Value, Mismatch> {
            $(let _ = $name;)*
            match self.0 {
                $pattern => $value(visitor),
                _ => Err(Mismatch::new($wanted)),
            }
        })+
    };
}

impl<'de> Deserializer<'de> for Json {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
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

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant(name, Value::Null)),
            Value::Object(fields) if fields.len() == 1 => match fields.into_iter().next() {
                Some((name, value)) => visitor.visit_enum(Variant(name, value)),
                None => Err(Mismatch::new("not a variant")),
            },
            _ => Err(Mismatch::new("not a variant")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
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
    type Error = Mismatch;

    /// What is absent is read as null, for what may be; else the field has its default or is missing.
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let Some(name) = self.names.next() else { return Ok(None) };
        let value = self.values.remove(*name);
        let absent = value.is_none();
        match seed.deserialize(Json(value.unwrap_or_default())) {
            Ok(value) => Ok(Some(value)),
            Err(_) if absent => Ok(None),
            Err(mismatch) => Err(mismatch.below(name)),
        }
    }
}

/// The entries that are left, and the value of the one whose name was read.
struct Entries(serde_json::map::IntoIter, Option<Value>);

impl<'de> MapAccess<'de> for Entries {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        let Some((name, value)) = self.0.next() else { return Ok(None) };
        self.1 = Some(value);
        seed.deserialize(Json(Value::String(name))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(Json(self.1.take().unwrap_or_default()))
    }
}

/// The name of a variant and what it holds.
struct Variant(String, Value);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Mismatch;
    type Variant = Held;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Held), Mismatch> {
        Ok((seed.deserialize(Json(Value::String(self.0)))?, Held(self.1)))
    }
}

struct Held(Value);

impl<'de> VariantAccess<'de> for Held {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        if self.0.is_null() { Ok(()) } else { Err(Mismatch::new("a variant that holds nothing")) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(Json(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Mismatch> {
        Json(self.0).deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
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
        assert_eq!(refused("{}"), ".0: missing");
        assert_eq!(refused("[\"a\"]"), ": not an object");
        assert_eq!(refused("{\"left\":1}"), ".left: not a text");
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
