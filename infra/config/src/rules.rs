//! What the values of a file say together: each could be right alone.

mod bus;
mod campaigns;
mod live;
mod queues;
mod quiet;
mod quotas;
mod roles;
mod simulator;
mod unheld;
mod unused;

use crate::links::Links;
use crate::mistake::Report;
use crate::raw::RawConfig;

/// Reports everything that does not fit together.
pub(crate) fn look(raw: &RawConfig, links: &Links<'_>, report: &mut Report) {
    bus::look(raw, links, report);
    campaigns::look(raw, links, report);
    quotas::look(raw, report);
    roles::look(raw, links, report);
    queues::look(raw, links, report);
    simulator::look(raw, links, report);
    quiet::look(raw, report);
    live::look(raw, report);
    unheld::look(raw, report);
    unused::look(raw, links, report);
}
