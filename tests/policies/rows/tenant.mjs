// A tenant of the hub: what its account may do in the primary, and what the primary may do there; bus.mjs has
// the hub's bus.

import { almighty, session } from '../callers.mjs'
import { COLLEAGUE, NEIGHBOUR, PRIMARY, SECONDARY, STRANGER, TENANT, bus, queue, rule } from '../world.mjs'
import { PLAIN, events, rows } from './row.mjs'

const LANES = ['tendlc-newsletter', 'tendlc-newsletter-promotional'].map((name) => queue(PRIMARY, name))
const DEAD = queue(PRIMARY, 'tendlc-newsletter-dead-letter')
const BUS = bus(TENANT, 'default')
const [SEND, PUT] = ['sqs:SendMessage', 'events:PutEvents']
const request = events('shop', 'SMS Send Requested')
const outcome = events('tendlc', 'SMS Accepted')

/** Whatever its account allows, since the other side is what is judged here. */
const workload = rows(almighty(TENANT, 'shop'), [
  ...LANES.flatMap((lane) => [
    ['allowed', SEND, lane, PLAIN, 'asks for a text'],
    ['denied', 'sqs:ReceiveMessage', lane, PLAIN, 'reads what others of its account asked for'],
    ['denied', 'sqs:DeleteMessage', lane, PLAIN, 'takes a request away'],
    ['denied', 'sqs:ChangeMessageVisibility', lane, PLAIN, 'puts a request off'],
    ['denied', 'sqs:PurgeQueue', lane, PLAIN, 'takes all requests away'],
    ['denied', 'sqs:SetQueueAttributes', lane, PLAIN, 'lets others in'],
  ]),
  ['denied', SEND, DEAD, PLAIN, 'makes up dead letters'],
  ['denied', 'sqs:ReceiveMessage', DEAD, PLAIN, 'dead letters are the operator\'s'],
  ['denied', SEND, queue(PRIMARY, 'tendlc-other'), PLAIN, "another tenant's queue"],
  ['denied', SEND, queue(PRIMARY, 'tendlc_receipts'), PLAIN, 'makes up receipts'],
  ['denied', SEND, queue(PRIMARY, 'tendlc_receipts_dead_letter'), PLAIN, 'makes up receipts'],
  ['denied', SEND, queue(SECONDARY, 'tendlc-send'), PLAIN, "a spoke's queue"],
  ['denied', PUT, bus(PRIMARY, 'default'), request, "the primary's other bus"],
  ['denied', PUT, bus(SECONDARY, 'default'), request, "a spoke's bus"],
  ['denied', 'events:PutRule', rule(PRIMARY, 'tendlc/mine'), PLAIN, 'listens to others'],
])

const notTenants = [STRANGER, COLLEAGUE, NEIGHBOUR, SECONDARY].flatMap((account) =>
  rows(almighty(account, 'shop'), LANES.map((lane) => ['denied', SEND, lane, PLAIN, "not this tenant's account"])),
)

/** What the hub says of a tenant's texts. */
const outcomes = [
  ...['tendlc-send', 'tendlc-settle-receipt'].flatMap((name) => [
    ...rows(session(PRIMARY, name), [['allowed', PUT, BUS, outcome, 'says what became of a text']]),
    ...rows(almighty(PRIMARY, name), [
      ['denied', PUT, BUS, request, 'something else than an outcome'],
      ['denied', PUT, BUS, events(['tendlc', 'shop']), 'an outcome and something else beside it'],
      ['denied', PUT, BUS, events(undefined, 'SMS Accepted'), 'an event that does not say of whom it is'],
      ['denied', 'events:DescribeEventBus', BUS, PLAIN, 'puts events and nothing else'],
    ]),
  ]),
  ...rows(almighty(PRIMARY, 'intern'), [['denied', PUT, BUS, outcome, 'any other role of the primary']]),
  ...rows(almighty(STRANGER, 'tendlc-send'), [['denied', PUT, BUS, outcome, 'a role of the right name in another account']]),
  ...rows(almighty(SECONDARY, 'tendlc-send'), [['denied', PUT, BUS, outcome, "a spoke's role of the right name"]]),
]

export default [...workload, ...notTenants, ...outcomes]
