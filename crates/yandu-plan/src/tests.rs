mod binding;
mod changing;
mod papers;
mod proving;
mod reviewing;
mod site;
mod standing;
mod working;
