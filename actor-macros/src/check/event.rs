//! Rules about lifecycle methods.

use crate::diagnostics::{Diagnostics, pretty};
use crate::model::{Event, EventKind, Param, Role};
use crate::parse::types::{is_named, is_no_result};

pub(super) fn check(event: &Event, found: &mut Diagnostics) {
    let params = takes_its_event(event, found);
    takes_nothing_else(event, params, found);
    returns_nothing_but_a_failure(event, found);
}

/// `terminated` takes `Terminated` first. Gives the parameters behind it.
fn takes_its_event<'a>(event: &'a Event, found: &mut Diagnostics) -> &'a [Param] {
    let params = event.signature.params.as_slice();
    if event.kind.is_change() {
        let data = params.first().filter(|first| first.role == Role::Data);
        return &params[usize::from(data.is_some())..];
    }
    let word = event.kind.word();
    let Some((brings, must)) = event.kind.brings() else {
        return params;
    };
    match params {
        [first, rest @ ..]
            if first.role == Role::Other && (must || is_named(&first.ty, brings)) =>
        {
            rest
        }
        [first, second] if is_named(&second.ty, brings) => {
            found.over(
                &second.ty,
                format_args!("`{brings}` stands before `&mut Ctx<Self>`, swap the two"),
            );
            std::slice::from_ref(first)
        }
        _ if !must => params,
        _ => {
            found.at(
                event.signature.name.span(),
                format_args!(
                    "`{word}` tells {}, add a parameter `event: {brings}` behind `self`",
                    tells(event.kind)
                ),
            );
            params
        }
    }
}

fn tells(kind: EventKind) -> &'static str {
    match kind {
        EventKind::ChildFailed => "who has failed",
        _ => "who is gone",
    }
}

fn takes_nothing_else(event: &Event, params: &[Param], found: &mut Diagnostics) {
    let mut ctx = false;
    for param in params {
        let word = event.kind.word();
        match param.role {
            Role::Ctx if !ctx => ctx = true,
            Role::Ctx => found.over(
                &param.ty,
                "a lifecycle method has one `&mut Ctx<Self>`, remove this one",
            ),
            _ if matches!(param.ty, syn::Type::Reference(_)) || is_named(&param.ty, "Ctx") => {
                found.over(
                    &param.ty,
                    "the context of a lifecycle method has another type, write `&mut Ctx<Self>`",
                );
            }
            _ if is_named(&param.ty, "Terminated") => found.over(
                &param.ty,
                format_args!(
                    "`{word}` brings no `Terminated`, remove it or write `#[on(terminated)]`"
                ),
            ),
            _ if event.kind == EventKind::Restarting => found.over(
                &param.ty,
                format_args!(
                    "a method for `{word}` takes no `{}`, only `Option<Failure>` and then `&mut Ctx<Self>` can follow",
                    pretty(&param.ty)
                ),
            ),
            _ => found.over(
                &param.ty,
                format_args!(
                    "a method for `{word}` takes no `{}`, only `&mut Ctx<Self>` can follow",
                    pretty(&param.ty)
                ),
            ),
        }
    }
}

fn returns_nothing_but_a_failure(event: &Event, found: &mut Diagnostics) {
    if let Some(output) = event
        .signature
        .output
        .as_ref()
        .filter(|output| is_no_result(output))
    {
        found.over(
            output,
            "a lifecycle method returns nothing or a `Result<(), E>`, change the type",
        );
    }
}
