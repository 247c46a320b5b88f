//! Offers of a dealer to many who asked for them: writing one, whom it reaches, confirming it, sending it bit by bit, and
//! what became of it.

mod draft;
mod export;
mod orders;
mod plan;
mod read;
mod serve;
mod single;
mod words;

pub(super) use self::single::offer_to;
pub use self::{
    draft::{CampaignForm, NewDraft, confirm_campaign, keep_draft, new_draft},
    export::export_campaign,
    orders::{Order, order_campaign},
    plan::{Check, check_campaign},
    read::{CampaignRow, Detail, Names, list_campaigns, read_campaign, read_names},
    serve::offer_next,
    words::SAMPLE,
};
