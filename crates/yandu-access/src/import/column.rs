/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Column {
    Account,
    Name,
    Kind,
    Department,
    Division,
    Roles,
    Uscc,
}

impl Column {
    pub(super) const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Account, "account", "账号"),
        (Self::Name, "name", "姓名"),
        (Self::Kind, "kind", "类别"),
        (Self::Department, "department", "单位"),
        (Self::Division, "division", "区划"),
        (Self::Roles, "roles", "角色"),
        (Self::Uscc, "uscc", "统一社会信用代码"),
    ];

    pub(super) fn of(header: &str) -> Option<Self> {
        let header = header.to_lowercase();
        Self::ALL
            .into_iter()
            .find(|(_, en, zh)| header == *en || header == *zh)
            .map(|(column, ..)| column)
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find(|(column, ..)| *column == self)
            .map_or("", |(_, en, _)| en)
    }
}
