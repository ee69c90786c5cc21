//! The ledger (一本账): what the city holds, who answers for it, and what became of each entry.
//!
//! Not here: rows (`yandu-lake`), deliveries (`yandu-collect`), who may read what.
