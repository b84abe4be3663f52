//! Tables of `tendlc.toml`: each key declared once, for the reader, for the list of known keys and for the schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::entry::{Entry, Node};
use crate::mistake::Report;
use crate::nearest::nearest;
use crate::raw;
use crate::text::Text;

/// What a key holds.
#[derive(Clone, Debug)]
pub(crate) enum Field<T> {
    /// The key is not there.
    Absent,
    /// It is there and wrong, and that is reported: no default must stand in for it.
    Wrong,
    /// It is there.
    Given(Spanned<T>),
}

impl<T> Field<T> {
    /// The value and where it is.
    pub(crate) fn given(&self) -> Option<&Spanned<T>> {
        if let Self::Given(value) = self { Some(value) } else { None }
    }

    /// Whether the key is not there at all.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    pub(crate) fn value(&self) -> Option<&T> {
        self.given().map(Spanned::get_ref)
    }

    /// Where the value is, or `otherwise`.
    pub(crate) fn at(&self, otherwise: usize) -> usize {
        self.given().map_or(otherwise, |value| value.span().start)
    }

    /// The value; `None` where none was given. Wrong ones never get this far into a configuration.
    pub(crate) fn optional(&self) -> Option<T>
    where
        T: Clone,
    {
        self.value().cloned()
    }

    /// The value, or `default` where none was given; `None` where it is wrong.
    pub(crate) fn or(&self, default: T) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Absent => Some(default),
            Self::Wrong => None,
            Self::Given(value) => Some(value.get_ref().clone()),
        }
    }
}

/// A table in the document whose keys are known.
pub(crate) struct Fields<'a> {
    node: &'a Node<'a>,
    table: &'a DeTable<'a>,
}

impl<'a> Fields<'a> {
    /// Looks at a table, and reports keys that are not among `known`.
    pub(crate) fn of(node: &'a Node<'a>, known: &[&'static str], like: &str, report: &mut Report) -> Option<Self> {
        let DeValue::Table(table) = node.value.get_ref() else {
            node.wrong(format!("it is {}, not a table", node.kind()), format!("Write it as {like}."), report);
            return None;
        };
        for (key, value) in table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref().as_ref();
            let at = node.child(name, key.span().start, value);
            // A misspelt header is a table, a key in the wrong place hardly.
            let home = raw::home_of(name).filter(|_| !(node.path.is_empty() && value.get_ref().is_table()));
            let (meant, cure) = if let Some(home) = home {
                (String::new(), format!("It belongs in {home}."))
            } else if let Some(meant) = nearest(name, known.iter().copied()) {
                (format!(", did you mean `{meant}`?"), format!("Write `{meant}`, or remove it."))
            } else {
                (String::new(), format!("Remove it; known here are {}.", known.join(", ")))
            };
            report.mistake(at.key, at.path, format!("the key is not known{meant}"), cure);
        }
        Some(Self { node, table })
    }

    /// Reads a key; one that is required and not there is reported with what it looks like.
    pub(crate) fn read<T: Entry>(&self, name: &str, required: Option<&str>, report: &mut Report) -> Field<T> {
        if let Some((key, value)) = self.table.get_key_value(name) {
            let node = self.node.child(name, key.span().start, value);
            let read = T::read(&node, report);
            return read.map_or(Field::Wrong, |read| Field::Given(Spanned::new(node.at()..node.at(), read)));
        }
        if self.node.damage.hides(&self.node.path, name) {
            return Field::Wrong;
        }
        if let Some(like) = required {
            let path = crate::read::join(&self.node.path, name);
            report.mistake(self.node.key, path, "it is missing", format!("Add `{like}`."));
            return Field::Wrong;
        }
        Field::Absent
    }
}

/// Tables by a name that the operator chose.
#[derive(Clone, Debug)]
pub(crate) struct Named<N, T>(BTreeMap<N, Spanned<T>>);

impl<N: Ord, T> Named<N, T> {
    pub(crate) fn get(&self, name: &N) -> Option<&T> {
        self.0.get(name).map(Spanned::get_ref)
    }

    /// As they stand in the file.
    pub(crate) fn in_order(&self) -> Vec<(&N, &Spanned<T>)> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_key(|(_, table)| table.span().start);
        all
    }
}

impl<N: Text + Ord, T: Entry> Entry for Named<N, T> {
    fn schema() -> Value {
        json!({
            "type": "object",
            "propertyNames": { "pattern": N::PATTERN },
            "additionalProperties": T::schema(),
        })
    }

    fn read(node: &Node<'_>, report: &mut Report) -> Option<Self> {
        let DeValue::Table(tables) = node.value.get_ref() else {
            let cure = format!("Write one table for each, such as `[{}.NAME]`.", node.path);
            node.wrong(format!("it is {}, not a table", node.kind()), cure, report);
            return None;
        };
        let mut read = BTreeMap::new();
        for (key, value) in tables {
            let name = key.get_ref().as_ref();
            let child = node.child(name, key.span().start, value);
            if !value.get_ref().is_table() {
                let cure = format!("Give the table a name, such as `[{}.NAME]`, and write its keys below.", node.path);
                child.wrong(format!("it is {}, not a table", child.kind()), cure, report);
                continue;
            }
            let named = N::from_str(name);
            if named.is_err() {
                let what = format!("{} is not {}", crate::entry::shown(name), N::NOUN);
                report.mistake(child.key, child.path.clone(), what, N::CURE);
            }
            if let (Some(table), Ok(name)) = (T::read(&child, report), named) {
                read.insert(name, Spanned::new(key.span(), table));
            }
        }
        Some(Self(read))
    }
}

/// The schema of a table.
pub(crate) fn schema(about: &str, keys: Vec<(&'static str, bool, &str, Value)>) -> Value {
    let required: Vec<&str> = keys.iter().filter(|(_, required, ..)| *required).map(|(name, ..)| *name).collect();
    let mut properties = Map::new();
    for (name, _, about, mut schema) in keys {
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".to_owned(), Value::from(about.trim()));
        }
        properties.insert(name.to_owned(), schema);
    }
    let mut table = json!({
        "type": "object",
        "description": about.trim(),
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

/// The example of a required key, which the macro below has or has not.
pub(crate) fn example(given: &[&'static str]) -> Option<&'static str> {
    given.first().copied()
}

/// Declares tables: `key: Type;`, or `key: Type, required "an example";`. Doc comments become the descriptions in
/// the schema.
macro_rules! tables {
    ($(
        $(#[doc = $about:literal])*
        $table:ident like $like:literal {$(
            $(#[doc = $says:literal])*
            $key:ident: $type:ty $(, required $example:literal)?;
        )*}
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub(crate) struct $table {$(
            $(#[doc = $says])*
            pub(crate) $key: $crate::table::Field<$type>,
        )*}

        impl $table {
            /// Every key that can stand in it.
            pub(crate) const KEYS: &'static [&'static str] = &[$(stringify!($key)),*];
        }

        impl $crate::entry::Entry for $table {
            fn schema() -> serde_json::Value {
                let keys = vec![$((
                    stringify!($key),
                    $crate::table::example(&[$($example)?]).is_some(),
                    concat!($($says),*),
                    <$type as $crate::entry::Entry>::schema(),
                )),*];
                $crate::table::schema(concat!($($about),*), keys)
            }

            fn read(node: &$crate::entry::Node<'_>, report: &mut $crate::mistake::Report) -> Option<Self> {
                let fields = $crate::table::Fields::of(node, Self::KEYS, $like, report)?;
                Some(Self {$(
                    $key: fields.read(stringify!($key), $crate::table::example(&[$($example)?]), report),
                )*})
            }
        }
    )*};
}
pub(crate) use tables;
