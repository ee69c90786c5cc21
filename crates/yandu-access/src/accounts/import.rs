//! Many accounts at once.

use super::change::note_created;
use super::{Accounts, put};
use crate::account::Account;
use crate::import::{self, RowFault};
use crate::store;
use crate::{Error, Result};

impl Accounts {
    /// Makes the accounts of a table: CSV in UTF-8 under the headers `account`, `name`, `kind`, `department`, `division`, `roles`
    /// and `uscc` or 账号, 姓名, 类别, 单位, 区划, 角色 and 统一社会信用代码, several roles with `;` between them. All are made or none, and
    /// the error tells everything that is wrong. They are used after [`Accounts::invite`], each by its owner.
    pub async fn import(&self, by: &str, bytes: &[u8]) -> Result<Vec<Account>> {
        let at = self.now();
        let (rows, mut faults) = import::read(bytes, by, &self.known(), at);
        let mut writing = self.begin().await?;
        let ids = store::ids(&mut writing).await?;
        for row in &rows {
            if ids.contains(row.account.id.as_str()) {
                let error = Error::Exists(row.account.id.clone());
                faults.push(RowFault {
                    line: row.line,
                    column: Some("account".to_owned()),
                    why: error.to_string(),
                });
            }
        }
        if !faults.is_empty() {
            faults.sort_by_key(|fault| fault.line);
            return Err(Error::Import(faults));
        }
        for row in &rows {
            put(&mut writing, by, None, &row.account).await?;
            note_created(&mut writing, by, &row.account).await?;
        }
        self.commit(writing).await?;
        Ok(rows.into_iter().map(|row| row.account).collect())
    }
}
