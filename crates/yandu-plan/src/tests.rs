mod reviewing;
mod site;
