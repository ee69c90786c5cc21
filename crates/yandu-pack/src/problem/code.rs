use std::fmt;

use serde::{Serialize, Serializer};

use super::Severity;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $severity:ident;)+) => {
        /// The kinds of problems. The names are part of the interface and never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name, in kebab-case.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }
        }
    };
}

codes! {
    /// There is no pack where one was expected.
    NoPack "no-pack" Error;
    /// A file or folder cannot be read.
    UnreadableFile "unreadable-file" Error;
    /// A file is larger than any declaration needs to be.
    FileTooLarge "file-too-large" Error;
    /// A pack has more files than are read.
    TooManyFiles "too-many-files" Error;
    /// A file is not UTF-8, or holds control characters.
    NotText "not-text" Error;
    /// A file or folder that nothing reads.
    UnknownFile "unknown-file" Warning;
    /// A path is absolute, climbs out of its folder, or is a link that leads out of it.
    PathOutside "path-outside" Error;
    /// A file that a declaration names is not there.
    MissingFile "missing-file" Error;
    /// The text is not YAML.
    YamlSyntax "yaml-syntax" Error;
    /// Lists and maps are nested too deeply.
    TooDeep "too-deep" Error;
    /// A file has more values than are read, or a longer one.
    TooMuch "too-much" Error;
    /// A YAML anchor or alias, which packs do not use.
    YamlAlias "yaml-alias" Error;
    /// A YAML tag, which packs do not use.
    YamlTag "yaml-tag" Error;
    /// A file holds more than one YAML document.
    SeveralDocuments "several-documents" Error;
    /// A key stands twice in one map.
    DuplicateKey "duplicate-key" Error;
    /// The key of a map is a list or a map.
    KeyNotText "key-not-text" Error;
    /// A word that YAML would read as another number than is written.
    DoubtfulNumber "doubtful-number" Error;
    /// More problems were found in a file than are shown.
    TooManyProblems "too-many-problems" Error;
    /// A key that the declaration does not know.
    UnknownKey "unknown-key" Error;
    /// A key that the declaration needs is missing.
    MissingKey "missing-key" Error;
    /// A value of another kind than is expected.
    WrongType "wrong-type" Error;
    /// A value that is not one of those allowed.
    WrongValue "wrong-value" Error;
    /// A policy that is no Cedar, does not fit the schema, or is about what is not there.
    Policy "policy" Error;
    /// Rows that a city has in the place of those of a pack, and that its checks do not take.
    WrongRow "wrong-row" Error;
    /// The same, of rows that are taken and reported.
    DoubtfulRow "doubtful-row" Warning;
    /// A text that does not have the form of what it stands for.
    WrongForm "wrong-form" Error;
    /// Keys that exclude each other, or none of those of which one is needed.
    WrongKeys "wrong-keys" Error;
    /// An id does not follow from the folder and the name of its file.
    WrongName "wrong-name" Error;
    /// Two things have the same id or name.
    DuplicateName "duplicate-name" Error;
    /// A name that SQL has a meaning of its own for.
    ReservedName "reserved-name" Error;
    /// A dataset is named in the plural.
    PluralName "plural-name" Warning;
    /// A pack that is needed is not there.
    MissingPack "missing-pack" Error;
    /// A pack is used that `needs` does not list.
    UndeclaredNeed "undeclared-need" Error;
    /// Packs need each other in a circle.
    NeedsCycle "needs-cycle" Error;
    /// A dataset that is referred to is not there.
    MissingDataset "missing-dataset" Error;
    /// A column that is referred to is not there.
    MissingColumn "missing-column" Error;
    /// A code list that is referred to is not there.
    MissingCodes "missing-codes" Error;
    /// A metric that is referred to is not there.
    MissingMetric "missing-metric" Error;
    /// A board that is referred to is not there.
    MissingBoard "missing-board" Error;
    /// A class that a rule of classification gives is not there.
    MissingClass "missing-class" Error;
    /// A setting that is referred to is not there.
    MissingSetting "missing-setting" Error;
    /// A synonym stands for a code that the list does not have.
    MissingCode "missing-code" Error;
    /// A reference to a dataset without a key of one column names no column.
    NoSingleKey "no-single-key" Error;
    /// Two columns of different types are to have the same values.
    TypeMismatch "type-mismatch" Error;
    /// One header stands for two columns.
    AmbiguousHeader "ambiguous-header" Error;
    /// Models read each other in a circle.
    ModelCycle "model-cycle" Error;
    /// A model selects a column that it does not declare.
    UndeclaredColumn "undeclared-column" Error;
    /// A declared column that the SQL of its model does not select.
    NotSelected "not-selected" Error;
    /// A dataset that may be absent and that the SQL of its model does not read.
    NotRead "not-read" Error;
    /// A column of a model is declared less sensitive than the values that flow into it.
    GradeTooLow "grade-too-low" Error;
    /// A SQL condition does not compile over the columns of its dataset, or a model over its inputs.
    WrongSql "wrong-sql" Error;
    /// A regular expression does not compile.
    WrongPattern "wrong-pattern" Error;
    /// A bound or an allowed value is not of the type of its column.
    WrongBound "wrong-bound" Error;
    /// Data may not be shared, or only under a condition, and no law or document is named.
    NoBasis "no-basis" Error;
    /// A source replaces rows by key, and the dataset has none.
    NoKey "no-key" Error;
    /// Rows are to come from elsewhere than the origin of their dataset says.
    WrongOrigin "wrong-origin" Error;
    /// A secret is written where it should be named.
    LiteralSecret "literal-secret" Error;
    /// A schedule or a time limit in a unit that it cannot have, or with a grace that never ends.
    WrongSchedule "wrong-schedule" Error;
    /// A value that could not be confirmed says nothing of where it comes from.
    UncertainSetting "uncertain-setting" Error;
    /// What names somebody or something is declared as a number, which loses its zeros and dashes.
    NumberForName "number-for-name" Warning;
    /// A dataset or pack that a reader will miss something in.
    Incomplete "incomplete" Warning;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
