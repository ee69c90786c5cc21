//! The built program from outside: whole walks, as a user and a client of the server see them.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod addresses;
#[cfg(test)]
mod city_folder;
#[cfg(test)]
mod collecting;
#[cfg(test)]
mod conduct;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod faces;
#[cfg(test)]
mod flight;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod openid;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod receipts;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod support;
#[cfg(test)]
mod town;
#[cfg(test)]
mod walk;
