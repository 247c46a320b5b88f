//! Offers of a dealer to many who asked for them: writing one, whom it reaches, confirming it, sending it bit by bit, and
//! what became of it.

mod draft;
mod export;
mod halt;
mod orders;
mod plan;
mod preview;
mod read;
mod seal;
mod serve;
mod single;
mod words;

pub(super) use self::single::offer_to;
pub use self::{
    draft::{CampaignForm, NewDraft, Seen, confirm_campaign, delete_draft, keep_draft, new_draft},
    export::export_campaign,
    halt::halt_campaign,
    orders::{Order, order_campaign},
    plan::{Asked, Check, check_campaign, nobody},
    preview::{OfferPreview, preview_offer},
    read::{CampaignRow, Cost, Detail, Names, list_campaigns, read_campaign, read_names},
    serve::offer_next,
};
pub use crate::store::campaigns::Campaign;
