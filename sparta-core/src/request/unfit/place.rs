//! A place in a document, read with what is known of it.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor, value::StrDeserializer,
};
use serde_json::{Value, map};

use super::amended::{Amended, Change};
use super::stand_in::{StandIn, hints};
use super::trouble::{Step, Trouble};

#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    value: &'a Value,
    amended: Option<&'a Amended>,
    /// Whether it is the tag of a variant, or the content beside it.
    in_pair: bool,
}

impl<'a> Place<'a> {
    pub(super) fn new(value: &'a Value, amended: &'a Amended) -> Self {
        Self { value, amended: Some(amended), in_pair: false }
    }

    fn below(self, value: &'a Value, step: &Step, in_pair: bool) -> Self {
        Self { value, amended: self.amended.and_then(|amended| amended.below(step)), in_pair }
    }

    fn stand_in(self) -> Option<StandIn> {
        let is_one = self.amended.is_some_and(|amended| amended.change == Some(Change::StandIn));
        is_one.then(|| StandIn::new(self.in_pair))
    }

    fn list<'de, V: Visitor<'de>>(self, items: &'a [Value], in_pair: bool, visitor: V) -> Result<V::Value, Trouble> {
        let mut list = List { of: self, items, next: 0, in_pair };
        let value = visitor.visit_seq(&mut list)?;
        match list.next < items.len() {
            true => Err(Trouble::invalid_length(items.len(), &"fewer elements")),
            false => Ok(value),
        }
    }

    /// A list whose elements have a place each, so that none can be left out.
    fn tuple<'de, V: Visitor<'de>>(self, in_pair: bool, visitor: V) -> Result<V::Value, Trouble> {
        match self.value {
            Value::Array(_) if self.amended.is_some_and(Amended::skips) => Err(Trouble::blocked()),
            Value::Array(items) => self.list(items, in_pair, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn fields<'de, V: Visitor<'de>>(self, object: &'a Object, in_pair: bool, visitor: V) -> Result<V::Value, Trouble> {
        let added = self.amended.map(|amended| &amended.added[..]).unwrap_or_default();
        visitor.visit_map(Fields { of: self, entries: object.iter(), added, current: None, in_pair })
    }

    fn unexpected(self) -> Unexpected<'a> {
        match self.value {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => Unexpected::Unsigned(value),
                (_, Some(value), _) => Unexpected::Signed(value),
                (.., value) => Unexpected::Float(value.unwrap_or_default()),
            },
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }
}

type Object = map::Map<String, Value>;

/// Whether what is read is a tag and its content beside it, which serde says nowhere else.
fn is_pair<'de>(visitor: &impl Visitor<'de>) -> bool {
    (visitor as &dyn Expected).to_string().starts_with("adjacently tagged enum")
}

/// Whether it is a whole number of more than 64 bits, as far as the document still has it.
fn is_wide(value: &Value) -> bool {
    const WIDEST: f64 = 9.2e18;
    value.as_f64().is_some_and(|number| number.abs() > WIDEST)
}

macro_rules! as_it_is {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Trouble> {
            match self.stand_in() {
                Some(stand_in) => stand_in.$method($($argument,)* visitor),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Place<'_> {
    type Error = Trouble;

    hints!(as_it_is);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        if let Some(stand_in) = self.stand_in() {
            return stand_in.deserialize_any(visitor);
        }
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (.., value) => visitor.visit_f64(value.unwrap_or_default()),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => self.list(items, false, visitor),
            Value::Object(object) => self.fields(object, false, visitor),
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        if is_wide(self.value) { visitor.visit_i128(1) } else { self.deserialize_i64(visitor) }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        if is_wide(self.value) { visitor.visit_u128(1) } else { self.deserialize_u64(visitor) }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        if self.stand_in().is_some() || self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Trouble> {
        // What serde_json reads as it stands, such as `RawValue`.
        if name.starts_with("$serde_json::private::") {
            let value = self.value.clone();
            return value.deserialize_newtype_struct(name, visitor).map_err(Trouble::custom);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Trouble> {
        match self.stand_in() {
            Some(stand_in) => stand_in.deserialize_tuple(length, visitor),
            None => self.tuple(false, visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        match (self.stand_in(), self.value) {
            (Some(stand_in), _) => stand_in.deserialize_struct(name, fields, visitor),
            (None, Value::Object(object)) => self.fields(object, is_pair(&visitor), visitor),
            (None, _) => self.tuple(is_pair(&visitor), visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        if let Some(stand_in) = self.stand_in() {
            return stand_in.deserialize_enum(name, variants, visitor);
        }
        match self.value {
            Value::String(variant) => visitor.visit_enum(StrDeserializer::new(variant)),
            Value::Object(object) => match object.iter().next().filter(|_| object.len() == 1) {
                Some((variant, content)) => visitor.visit_enum(Chosen { of: self, variant, content }),
                None => Err(Trouble::invalid_value(Unexpected::Map, &"map with a single key")),
            },
            _ => Err(Trouble::invalid_type(self.unexpected(), &"string or map")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_unit()
    }
}

struct List<'a> {
    of: Place<'a>,
    items: &'a [Value],
    next: usize,
    in_pair: bool,
}

impl<'de> SeqAccess<'de> for &mut List<'_> {
    type Error = Trouble;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Trouble> {
        while let Some(value) = self.items.get(self.next) {
            let step = Step::Index(self.next);
            let place = self.of.below(value, &step, self.in_pair);
            self.next += 1;
            if place.amended.is_none_or(|amended| amended.change != Some(Change::Skip)) {
                return seed.deserialize(place).map(Some).map_err(|trouble| trouble.below(step));
            }
        }
        Ok(None)
    }
}

struct Fields<'a> {
    of: Place<'a>,
    entries: map::Iter<'a>,
    added: &'a [&'static str],
    /// The entry whose key was read, or the field that was missing.
    current: Option<(&'a str, Option<&'a Value>)>,
    in_pair: bool,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Trouble;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Trouble> {
        let is_there = |key: &str| {
            let amended = self.of.amended.and_then(|amended| amended.below(&Step::Key(key.to_owned())));
            amended.is_none_or(|amended| amended.change != Some(Change::Skip))
        };
        let entry = self.entries.by_ref().find(|(key, _)| is_there(key));
        self.current = match (entry, self.added) {
            (Some((key, value)), _) => Some((key, Some(value))),
            (None, [field, rest @ ..]) => {
                self.added = rest;
                Some((field, None))
            }
            (None, []) => None,
        };
        let Some((key, _)) = self.current else { return Ok(None) };
        let read = seed.deserialize(Key(key));
        read.map(Some).map_err(|trouble| trouble.of_key().below(Step::Key(key.to_owned())))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Trouble> {
        let (key, value) = self.current.take().ok_or_else(Trouble::blocked)?;
        let step = Step::Key(key.to_owned());
        let read = match value {
            Some(value) => seed.deserialize(self.of.below(value, &step, self.in_pair)),
            None => seed.deserialize(StandIn::new(self.in_pair)),
        };
        read.map_err(|trouble| trouble.below(step))
    }
}

/// A key, which may stand for a number.
struct Key<'a>(&'a str);

macro_rules! as_numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
            match serde_json::from_str::<Value>(self.0) {
                Ok(value @ (Value::Number(_) | Value::Bool(_))) => value.$method(visitor).map_err(Trouble::custom),
                _ => visitor.visit_str(self.0),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Trouble;

    as_numbers! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A variant of an enum by its key, with what it has inside.
struct Chosen<'a> {
    of: Place<'a>,
    variant: &'a str,
    content: &'a Value,
}

impl<'a> Chosen<'a> {
    fn inside<T>(self, read: impl FnOnce(Place<'a>) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let step = Step::Key(self.variant.to_owned());
        read(self.of.below(self.content, &step, false)).map_err(|trouble| trouble.below(step))
    }
}

impl<'de, 'a> EnumAccess<'de> for Chosen<'a> {
    type Error = Trouble;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Trouble> {
        let variant = seed.deserialize(StrDeserializer::<Trouble>::new(self.variant))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Chosen<'_> {
    type Error = Trouble;

    fn unit_variant(self) -> Result<(), Trouble> {
        self.inside(serde::Deserialize::deserialize)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Trouble> {
        self.inside(|place| seed.deserialize(place))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Trouble> {
        self.inside(|place| place.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Trouble> {
        self.inside(|place| place.deserialize_struct("", fields, visitor))
    }
}
