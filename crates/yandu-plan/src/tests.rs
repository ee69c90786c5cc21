mod binding;
mod changing;
mod proving;
mod reviewing;
mod site;
mod standing;
mod working;
