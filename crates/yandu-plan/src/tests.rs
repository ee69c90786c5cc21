mod binding;
mod changing;
mod lamps;
mod proving;
mod reviewing;
mod site;
mod standing;
mod working;
