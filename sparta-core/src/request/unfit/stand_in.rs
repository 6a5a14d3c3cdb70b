//! Something that fits, in the place of what does not.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::trouble::Trouble;

/// A value that is whatever is asked for: one, which may not be zero, nothing, the first of several.
#[derive(Clone, Copy)]
pub(super) struct StandIn {
    depth: u8,
    in_pair: bool,
}

/// A type may have itself in the first of its variants.
const DEEPEST: u8 = 16;

impl StandIn {
    pub(super) fn new(in_pair: bool) -> Self {
        Self { depth: 0, in_pair }
    }

    fn inner(self) -> Result<Self, Trouble> {
        match self.depth < DEEPEST {
            true => Ok(Self { depth: self.depth + 1, in_pair: false }),
            false => Err(Trouble::blocked()),
        }
    }
}

/// What the readers of values ask for that is a method without more to it.
macro_rules! hints {
    ($macro:ident) => {
        $macro! {
            deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
            deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_f32()
            deserialize_f64() deserialize_char() deserialize_str() deserialize_string() deserialize_bytes()
            deserialize_byte_buf() deserialize_unit() deserialize_unit_struct(name: &'static str) deserialize_seq()
            deserialize_map() deserialize_identifier()
        }
    };
}
pub(super) use hints;

macro_rules! is {
    ($($method:ident $visit:ident($value:expr))*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
            visitor.$visit($value)
        }
    )*};
}

impl<'de> Deserializer<'de> for StandIn {
    type Error = Trouble;

    is! {
        deserialize_bool visit_bool(false)
        deserialize_i8 visit_i8(1)
        deserialize_i16 visit_i16(1)
        deserialize_i32 visit_i32(1)
        deserialize_i64 visit_i64(1)
        deserialize_i128 visit_i128(1)
        deserialize_u8 visit_u8(1)
        deserialize_u16 visit_u16(1)
        deserialize_u32 visit_u32(1)
        deserialize_u64 visit_u64(1)
        deserialize_u128 visit_u128(1)
        deserialize_f32 visit_f32(1.0)
        deserialize_f64 visit_f64(1.0)
        deserialize_char visit_char('0')
        deserialize_str visit_str("")
        deserialize_string visit_str("")
        deserialize_bytes visit_bytes(&[])
        deserialize_byte_buf visit_bytes(&[])
        deserialize_seq visit_seq(Nothing)
        deserialize_map visit_map(Nothing)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_newtype_struct(self.inner()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_seq(Anything(self.inner()?))
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
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        self.deserialize_tuple(fields.len(), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        // It may be the tag of the field beside it, which would then be read as what it is not.
        if self.in_pair { Err(Trouble::blocked()) } else { visitor.visit_enum(Anything(self.inner()?)) }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Trouble> {
        // The same: what it is decides what the rest is read as.
        Err(Trouble::blocked())
    }

    serde::forward_to_deserialize_any! { unit unit_struct ignored_any }
}

/// No elements, and no entries.
struct Nothing;

impl<'de> SeqAccess<'de> for Nothing {
    type Error = Trouble;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, _: T) -> Result<Option<T::Value>, Trouble> {
        Ok(None)
    }
}

impl<'de> MapAccess<'de> for Nothing {
    type Error = Trouble;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, _: K) -> Result<Option<K::Value>, Trouble> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _: V) -> Result<V::Value, Trouble> {
        Err(Trouble::blocked())
    }
}

/// As many elements as are asked for, or the first variant.
struct Anything(StandIn);

impl<'de> SeqAccess<'de> for Anything {
    type Error = Trouble;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Trouble> {
        seed.deserialize(self.0).map(Some)
    }
}

impl<'de> EnumAccess<'de> for Anything {
    type Error = Trouble;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Trouble> {
        let first: serde::de::value::U32Deserializer<Trouble> = 0_u32.into_deserializer();
        Ok((seed.deserialize(first)?, self))
    }
}

impl<'de> VariantAccess<'de> for Anything {
    type Error = Trouble;

    fn unit_variant(self) -> Result<(), Trouble> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Trouble> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Trouble> {
        self.0.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Trouble> {
        self.0.deserialize_tuple(fields.len(), visitor)
    }
}
