//! The actors of a system as data, for operators.

use std::fmt;

use crate::core::Core;
use crate::node::Node;
use crate::pid::Pid;
use crate::stats::ActorStats;
use crate::sync::Arc;
use crate::tree::roots;

/// The living actors of a system at one moment, each before its children, siblings in the order of
/// their start. `Display` draws it.
///
/// ```text
/// shop
/// ├─ orders    Orders   mailbox 0  handled 41
/// │  └─ $2     Checkout mailbox 3  handled 7  failed 1  handling `Pay`
/// └─ stock     Stock    mailbox 0  handled 12
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Tree {
    /// The system's name.
    pub system: String,
    /// The actors, as a list: how deep each lies is in [`TreeActor::depth`].
    pub actors: Vec<TreeActor>,
}

/// One actor of a [`Tree`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TreeActor {
    /// How many actors lie above it.
    pub depth: usize,
    /// Its address and path.
    pub pid: Pid,
    /// Its type, as `std::any::type_name` writes it.
    pub actor_type: &'static str,
    /// Its counters, its mailbox, its behavior.
    pub stats: ActorStats,
}

impl Tree {
    /// The actor with this path.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&TreeActor> {
        self.actors.iter().find(|actor| actor.pid.id() == path)
    }
}

/// Looks at all actors. Nothing stands still meanwhile.
pub(crate) fn take(core: &Core<dyn Node>) -> Tree {
    let mut actors = Vec::new();
    let above = |nodes: Vec<Arc<dyn Node>>, depth| nodes.into_iter().rev().map(move |n| (n, depth));
    let mut open: Vec<_> = above(roots(core), 0).collect();
    while let Some((node, depth)) = open.pop() {
        open.extend(above(node.head().children(), depth + 1));
        actors.push(TreeActor {
            depth,
            pid: node.head().pid(),
            actor_type: node.actor_type(),
            stats: node.stats(),
        });
    }
    Tree {
        system: core.settings.name.to_string(),
        actors,
    }
}

impl TreeActor {
    /// The last part of its path.
    fn name(&self) -> &str {
        let id = self.pid.id();
        id.rsplit_once('/').map_or(id, |(_, name)| name)
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let branches = branches(&self.actors);
        let indent = |actor: &TreeActor| 3 * (actor.depth + 1);
        let wide = |actor: &TreeActor| indent(actor) + actor.name().chars().count();
        let names = self.actors.iter().map(wide).max().unwrap_or(0);
        let types: Vec<String> = self.actors.iter().map(|a| short(a.actor_type)).collect();
        let type_width = types.iter().map(|t| t.chars().count()).max().unwrap_or(0);
        f.write_str(&self.system)?;
        for ((actor, branch), actor_type) in self.actors.iter().zip(branches).zip(types) {
            let name_width = names - indent(actor);
            let (name, stats) = (actor.name(), Line(&actor.stats));
            write!(
                f,
                "\n{branch}{name:name_width$}  {actor_type:type_width$}  {stats}"
            )?;
        }
        Ok(())
    }
}

/// The lines before each name.
fn branches(actors: &[TreeActor]) -> Vec<String> {
    // From the last one back: whether there is a later sibling at each depth.
    let mut more: Vec<bool> = Vec::new();
    let mut branches = Vec::new();
    for actor in actors.iter().rev() {
        more.resize(actor.depth + 1, false);
        let above = more[..actor.depth].iter();
        let mut branch: String = above
            .map(|more| if *more { "│  " } else { "   " })
            .collect();
        branch += if more[actor.depth] {
            "├─ "
        } else {
            "└─ "
        };
        more[actor.depth] = true;
        branches.push(branch);
    }
    branches.reverse();
    branches
}

/// What is worth a line about one actor: what is zero in most is left out.
struct Line<'a>(&'a ActorStats);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stats = self.0;
        write!(f, "mailbox {}  handled {}", stats.mailbox, stats.handled)?;
        let counts = [
            ("failed", stats.failed),
            ("refused", stats.refused),
            ("dead letters", stats.dead_letters.total()),
            ("unread errors", stats.unread_errors),
            ("restarts", stats.restarts),
        ];
        for (word, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            write!(f, "  {word} {count}")?;
        }
        if let Some(behavior) = stats.behavior {
            write!(f, "  {behavior}")?;
        }
        match stats.handling {
            Some(message) => write!(f, "  handling `{}`", short(message)),
            None => Ok(()),
        }
    }
}

/// A type's name without the paths of its modules: `Cache<String, Row>`.
fn short(name: &str) -> String {
    let mut short = String::new();
    let mut word = String::new();
    for c in name.chars() {
        match c {
            ':' => word.clear(),
            c if c.is_alphanumeric() || c == '_' => word.push(c),
            c => {
                short.push_str(&word);
                short.push(c);
                word.clear();
            }
        }
    }
    short + &word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(depth: usize, path: &str, handled: u64) -> TreeActor {
        TreeActor {
            depth,
            pid: Pid::local("nonhost".into(), path.to_owned()),
            actor_type: "shop::orders::Orders<alloc::string::String>",
            stats: ActorStats {
                handled,
                ..ActorStats::default()
            },
        }
    }

    #[test]
    fn a_tree_is_drawn_with_its_branches() {
        let mut busy = actor(2, "a/b/$3", 0);
        busy.stats.handling = Some("shop::Pay");
        busy.stats.failed = 2;
        busy.stats.mailbox = 5;
        let tree = Tree {
            system: "shop".to_owned(),
            actors: vec![
                actor(0, "a", 1),
                actor(1, "a/b", 22),
                busy,
                actor(1, "a/c", 3),
                actor(0, "d", 4),
            ],
        };
        let expected = "\
shop
├─ a         Orders<String>  mailbox 0  handled 1
│  ├─ b      Orders<String>  mailbox 0  handled 22
│  │  └─ $3  Orders<String>  mailbox 5  handled 0  failed 2  handling `Pay`
│  └─ c      Orders<String>  mailbox 0  handled 3
└─ d         Orders<String>  mailbox 0  handled 4";
        assert_eq!(tree.to_string(), expected);
    }

    #[test]
    fn an_empty_system_is_its_name() {
        let tree = Tree {
            system: "shop".to_owned(),
            actors: Vec::new(),
        };
        assert_eq!(tree.to_string(), "shop");
    }

    #[test]
    fn a_short_name_has_no_modules() {
        assert_eq!(short("a::b::C<d::E, (f::G, &[u8])>"), "C<E, (G, &[u8])>");
    }
}
