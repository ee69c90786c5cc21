mod layout;
mod random;
mod readers;
mod site;
mod word;
