use leptos::prelude::*;

use super::icons::{self, Icon};
use crate::domain::message::Status;

pub(super) fn icon(status: Status) -> &'static str {
    match status {
        Status::Queued | Status::Sending => icons::CLOCK,
        Status::Verifying => icons::QUESTION,
        Status::Sent => icons::CHECK,
        Status::Delivered | Status::Read => icons::CHECKS,
        Status::Undelivered | Status::Failed | Status::Canceled => icons::BAD,
    }
}

/// A message's state in one word.
#[component]
pub fn StatusPill(status: Status) -> impl IntoView {
    view! {
        <span class="pill" data-status=status.as_str()>
            <Icon path=icon(status)/>
            {status.label()}
        </span>
    }
}

/// WhatsApp's own marks inside a bubble: clock, one tick, two ticks, two blue ticks.
#[component]
pub fn Ticks(status: Status) -> impl IntoView {
    let class = match status {
        Status::Read => "ticks read",
        status if status.is_failure() => "ticks bad",
        _ => "ticks",
    };
    let path = match status {
        Status::Queued | Status::Sending | Status::Verifying => {
            "M9 1.5a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM9 4v2.7l1.8 1"
        }
        Status::Sent => "M4.5 7l3 3 6-7",
        Status::Delivered | Status::Read => "M1.5 7l3 3 6-7M8.5 9l1 1 6-7",
        Status::Undelivered | Status::Failed | Status::Canceled => {
            "M9 1.5a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM9 4v3M9 9v.1"
        }
    };
    view! {
        <svg class=class viewBox="0 0 18 13" role="img" aria-label=status.label()>
            <path d=path></path>
        </svg>
    }
}

/// How a step of [`Progress`] stands: `done`, `now`, `failed` or nothing yet.
fn step(number: u8, status: Status) -> Option<&'static str> {
    let (reached, next) = match status {
        Status::Queued | Status::Sending | Status::Verifying => (0, Some("now")),
        Status::Sent => (1, Some("now")),
        // Read receipts may be off: nothing is under way that must come.
        Status::Delivered => (2, None),
        Status::Read => (3, None),
        Status::Failed | Status::Canceled => (0, Some("failed")),
        Status::Undelivered => (1, Some("failed")),
    };
    if number <= reached {
        Some("done")
    } else if number == reached + 1 {
        next
    } else {
        None
    }
}

/// The three steps of a message's way: «Aceptado · Entregado · Leído».
#[component]
pub fn Progress(status: Status) -> impl IntoView {
    let steps = [(1, "Aceptado"), (2, "Entregado"), (3, "Leído")];
    let spoken = |state: Option<&str>| match state {
        Some("done") => ": hecho",
        Some("now") => ": en camino",
        Some(_) => ": no se logró",
        None => ": todavía no",
    };
    view! {
        <ol class="progress">
            {steps
                .map(|(number, label)| {
                    let state = step(number, status);
                    let mark = if state == Some("failed") { icons::CLOSE } else { icons::CHECK };
                    view! {
                        <li data-step=state>
                            <span class="dot"><Icon path=mark/></span>
                            <span>
                                <strong>{label}</strong>
                                <span class="unseen">{spoken(state)}</span>
                            </span>
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_show_how_far_a_message_got_and_where_it_stopped() {
        let steps = |status| [1, 2, 3].map(|number| step(number, status));
        assert_eq!(steps(Status::Queued), [Some("now"), None, None]);
        assert_eq!(steps(Status::Sent), [Some("done"), Some("now"), None]);
        assert_eq!(steps(Status::Delivered), [Some("done"), Some("done"), None]);
        assert_eq!(steps(Status::Read), [Some("done"); 3]);
        assert_eq!(steps(Status::Failed), [Some("failed"), None, None]);
        assert_eq!(steps(Status::Undelivered), [Some("done"), Some("failed"), None]);
    }
}
