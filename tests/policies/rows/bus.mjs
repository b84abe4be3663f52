// The hub's bus: who may ask for a text there. Where the primary lets in its organization, all accounts of it may, and send-event
// refuses whoever has no grant; where it has none, each grant's stack lets in its own account.

import { almighty, expelled, session } from '../callers.mjs'
import { COLLEAGUE, HUB_BUS, NEIGHBOUR, PRIMARY, SECONDARY, STRANGER, TENANT } from '../world.mjs'
import { PLAIN, events, rows } from './row.mjs'

const PUT = 'events:PutEvents'
const request = events('shop', 'SMS Send Requested')
const asks = (expected, caller, why) => rows(caller, [[expected, PUT, HUB_BUS, request, why]])

/** Whatever its account allows, since the other side is what is judged here. */
const letIn = (account, why) => [
  ...asks('allowed', almighty(account, 'shop'), why),
  ...rows(almighty(account, 'shop'), [
    ['denied', PUT, HUB_BUS, events('tendlc', 'SMS Accepted'), 'makes up an outcome'],
    ['denied', PUT, HUB_BUS, events('shop', ['SMS Send Requested', 'Order Placed']), 'a request and something else beside it'],
    ['denied', PUT, HUB_BUS, events('shop'), 'an event that does not say what it is'],
    ['denied', 'events:DescribeEventBus', HUB_BUS, PLAIN, 'who else may put events there'],
    ['denied', 'events:DeleteEventBus', HUB_BUS, PLAIN, "everybody's requests"],
  ]),
]

/** The organization let in, or account by account. */
export default [
  ...letIn(TENANT, 'a tenant asks for a text'),
  ...asks('denied', session(TENANT, 'shop'), 'its own account must allow it, too'),
  ...asks('denied', almighty(STRANGER, 'shop'), 'of another organization'),
  ...asks('denied', session(PRIMARY, 'intern'), "any role of the primary asks in the primary's own name"),
  ...asks('allowed', almighty(PRIMARY, 'shop'), "a role of the primary whose own policy lets it"),
]

export const withOrganization = [
  ...[SECONDARY, NEIGHBOUR].flatMap((account) => letIn(account, 'a spoke, of the same organization')),
  ...letIn(COLLEAGUE, 'of no grant, which send-event refuses'),
  ...asks('denied', expelled(TENANT, 'shop'), 'a tenant that is not of the organization any more'),
]

export const withoutOrganization = [
  ...[SECONDARY, NEIGHBOUR, COLLEAGUE].flatMap((account) => asks('denied', almighty(account, 'shop'), 'no tenant')),
  ...asks('allowed', expelled(TENANT, 'shop'), 'a tenant, of whatever organization'),
]
