//! Rules about handlers.

use crate::diagnostics::{Diagnostics, pretty};
use crate::model::{Handler, Param, Role};
use crate::parse::types::{Unowned, is_named, is_no_result, peel, unowned};
use syn::Type;

pub(super) fn check(handler: &Handler, found: &mut Diagnostics) {
    takes_a_message(handler, found);
    message_is_owned(handler, found);
    takes_nothing_else(handler, found);
    reply_is_owned(handler, found);
    one_way_to_reply(handler, found);
    fails_with_a_result(handler, found);
    boxes_a_future(handler, found);
}

fn takes_a_message(handler: &Handler, found: &mut Diagnostics) {
    if handler.message().is_some() {
        return;
    }
    match handler.signature.params.first() {
        None => found.at(
            handler.signature.name.span(),
            "a handler takes a message, add a parameter for it behind `self`",
        ),
        Some(first) => found.over(
            &first.ty,
            format_args!(
                "a handler takes a message first, add a parameter for it before `{}`",
                pretty(&first.ty)
            ),
        ),
    }
}

fn message_is_owned(handler: &Handler, found: &mut Diagnostics) {
    let Some(message) = handler.message() else {
        return;
    };
    match unowned(message) {
        None => {}
        Some(Unowned::Borrow(_)) if by_reference(message) => {
            found.over(
                message,
                "a message is owned by its handler, take it by value",
            );
        }
        Some(Unowned::Borrow(span)) => {
            found.at(
                span,
                "a message outlives its sender and cannot borrow, use owned types or `'static`",
            );
        }
        Some(Unowned::Impl) => found.over(message, "a handler takes one type of message, name it"),
        Some(Unowned::Hole(span)) => {
            found.at(span, "the type of a message is written out, name it")
        }
    }
}

fn by_reference(ty: &Type) -> bool {
    matches!(peel(ty), Type::Reference(_))
}

fn takes_nothing_else(handler: &Handler, found: &mut Diagnostics) {
    // without a message the first parameter has been reported
    let mut last: Option<&Param> = None;
    for param in handler.signature.params.iter().skip(1) {
        let before = last.map(|param| param.role);
        match (before, param.role) {
            (None, Role::Data | Role::Reply | Role::Ctx)
            | (Some(Role::Data), Role::Reply | Role::Ctx)
            | (Some(Role::Reply), Role::Ctx) => last = Some(param),
            // only the parameter behind the message is ever read as data
            (_, Role::Data) => {}
            (None, Role::Other)
                if handler.within.is_some()
                    && !by_reference(&param.ty)
                    && !is_context(&param.ty) =>
            {
                found.over(&param.ty, format_args!("a handler takes one message, and the data of a behavior by reference: write `&mut {}`", pretty(&param.ty)));
            }
            (_, Role::Other) => found.over(&param.ty, unexpected(&param.ty)),
            (Some(Role::Ctx), Role::Reply) => {
                found.over(
                    &param.ty,
                    "`Reply` stands before `&mut Ctx<Self>`, swap the two",
                );
            }
            (_, Role::Reply) => found.over(&param.ty, "a handler has one `Reply`, remove this one"),
            (_, Role::Ctx) => found.over(
                &param.ty,
                "a handler has one `&mut Ctx<Self>`, remove this one",
            ),
        }
    }
}

fn unexpected(ty: &Type) -> &'static str {
    if is_context(ty) || by_reference(ty) {
        "the context of a handler has another type, write `&mut Ctx<Self>`"
    } else {
        "a handler takes one message, put both into one struct or tuple"
    }
}

fn is_context(ty: &Type) -> bool {
    is_named(ty, "Ctx") || is_named(ty, "Context")
}

fn reply_is_owned(handler: &Handler, found: &mut Diagnostics) {
    let Some(reply) = handler.reply() else { return };
    match unowned(reply) {
        None => {}
        Some(Unowned::Borrow(span)) => {
            found.at(
                span,
                "a reply leaves the actor and cannot borrow from it, return an owned value",
            );
        }
        Some(Unowned::Impl) => {
            found.over(reply, "the type of a reply is named, write it out (for a future make the handler an `async fn`)");
        }
        Some(Unowned::Hole(span)) => found.at(span, "the type of a reply is written out, name it"),
    }
}

fn one_way_to_reply(handler: &Handler, found: &mut Diagnostics) {
    if handler.reply_param().is_none() {
        return;
    }
    if let Some(output) = &handler.signature.output {
        found.over(
            output,
            "a handler with `Reply` replies through it, remove the return type",
        );
    }
    if let Some(fails) = handler.fails {
        found.at(
            fails,
            "`fails` needs the `Err` of a return value, remove it or the parameter `Reply`",
        );
    }
}

fn fails_with_a_result(handler: &Handler, found: &mut Diagnostics) {
    let Some(fails) = handler.fails.filter(|_| handler.reply_param().is_none()) else {
        return;
    };
    match &handler.signature.output {
        None => found.at(
            fails,
            "`fails` needs a handler that returns a `Result`, add the return type",
        ),
        Some(output) if is_no_result(output) => {
            found.over(
                output,
                "a handler with `fails` returns a `Result`, change the type or remove `fails`",
            );
        }
        Some(_) => {}
    }
}

fn boxes_a_future(handler: &Handler, found: &mut Diagnostics) {
    if let (Some(boxed), None) = (handler.boxed, handler.signature.asyncness) {
        found.at(boxed, "`boxed` puts the future of an `async fn` on the heap, remove it or make the handler `async`");
    }
}
