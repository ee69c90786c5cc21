mod absent;
pub(crate) mod city;
mod kill;
mod modes;
mod random;

pub(crate) use city::Steps;
