// The hub's functions, which reach the table and the tenants' queues themselves, and who may set them going.

import { almighty, service, session } from '../callers.mjs'
import { OPEN_BUS, OPEN_QUEUE, OPEN_ROLE } from '../foreign.mjs'
import { DAY, NUMBER, OTHER_TABLE, PRIMARY, SECONDARY, STRANGER, TABLE, bus, elsewhere, lambda, logs, queue, role, rule } from '../world.mjs'
import { PLAIN, as, events, inTransaction, read, rows, update } from './row.mjs'

const [GET, UPDATE] = ['dynamodb:GetItem', 'dynamodb:UpdateItem']
const [ASSUME, INVOKE, PUT] = ['sts:AssumeRole', 'lambda:InvokeFunction', 'events:PutEvents']
const LANES = ['tendlc-newsletter', 'tendlc-newsletter-promotional'].map((name) => queue(PRIMARY, name))
const DEAD = queue(PRIMARY, 'tendlc-newsletter-dead-letter')
const UNDELIVERED = queue(PRIMARY, 'tendlc_hub_dead_letter')
const TAKING = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility'].map((name) => `sqs:${name}`)

const table = rows(session(PRIMARY, 'tendlc-send'), [
  ['allowed', GET, TABLE, read('I#primary'), 'a start fetches the grants, where they are few'],
  ['allowed', GET, TABLE, read(`Q#${LANES[0]}`), 'whose a queue is'],
  ['allowed', GET, TABLE, read('A#333333333333'), 'whose an account is'],
  ['allowed', GET, TABLE, read('G#newsletter'), 'the grant'],
  ['allowed', GET, TABLE, read('K#order-updates'), 'its campaign'],
  ['allowed', GET, TABLE, read('B#acme'), "its campaign's brand"],
  ['allowed', UPDATE, TABLE, update('L#newsletter#sale-1', ['state', 'owner']), 'claims a request'],
  ['allowed', UPDATE, TABLE, inTransaction('L#newsletter#sale-1', ['state', 'message_id']), 'records a batch'],
  ['allowed', UPDATE, TABLE, update(`C#newsletter#${DAY}`, ['ttl', 'ceiling:acme'], 'ALL_NEW'), 'takes of a budget'],
  ['allowed', UPDATE, TABLE, update(`B#acme#${DAY}`, ['ttl', 'left'], 'ALL_NEW'), 'takes of the pool'],
  ['allowed', UPDATE, TABLE, update('R#primary#main', ['tat', 'stopped'], 'UPDATED_NEW'), 'a place on a clock'],
  ['denied', UPDATE, TABLE, update('G#newsletter', ['budgets']), 'changes a grant'],
  ['denied', UPDATE, TABLE, update('K#order-updates', ['segment_price']), 'changes a campaign'],
  ['denied', UPDATE, TABLE, update('B#acme', ['pools']), 'changes a brand'],
  ['denied', UPDATE, TABLE, update('I#primary', ['grants']), 'changes who has a grant'],
  ['denied', UPDATE, TABLE, update('Q#queue', ['grant']), 'changes whose a queue is'],
  ['denied', UPDATE, TABLE, update('A#333333333333', ['grant']), 'changes whose an account is'],
  ['denied', UPDATE, TABLE, update('M#862a8790', ['grant']), 'changes what receipts say'],
  ['denied', GET, TABLE, read('L#newsletter#sale-1'), 'what is there is learnt by the write that it refuses'],
  ['denied', GET, TABLE, read('M#862a8790'), 'receipts are not its business'],
  ['denied', 'dynamodb:PutItem', TABLE, update('L#newsletter#sale-1', ['state']), 'a record written anew forgets that it was accepted'],
  ['denied', 'dynamodb:DeleteItem', TABLE, read('L#newsletter#sale-1'), 'a ledger that forgets sends twice'],
  ['denied', 'dynamodb:DeleteItem', TABLE, read('G#newsletter'), 'no limits at all'],
  ['denied', 'dynamodb:BatchGetItem', TABLE, read('G#newsletter'), 'it asks one by one'],
  ['denied', 'dynamodb:Query', `${TABLE}/index/waiting`, read('newsletter'), 'what waits is for a person to ask'],
  ['denied', 'dynamodb:Scan', TABLE, PLAIN, 'everything'],
  ['denied', GET, OTHER_TABLE, read('G#newsletter'), 'another table'],
  ['denied', UPDATE, OTHER_TABLE, update('L#newsletter#sale-1', ['state']), 'another table'],
])

const rest = rows(session(PRIMARY, 'tendlc-send'), [
  ...LANES.flatMap((lane) =>
    TAKING.map((action) => ['allowed', action, lane, PLAIN, 'Lambda takes what is there, and what must wait is hidden']),
  ),
  ...LANES.map((lane) => ['allowed', 'sqs:SendMessage', lane, PLAIN, 'send-event hands over what must wait']),
  ['allowed', 'sqs:SendMessage', DEAD, PLAIN, 'puts dead letters away'],
  ['allowed', 'sqs:SendMessage', UNDELIVERED, PLAIN, 'an event that could not be ended goes there'],
  ['denied', 'sqs:ReceiveMessage', UNDELIVERED, PLAIN, 'dead letters are a person\'s to take'],
  ['denied', 'sqs:PurgeQueue', LANES[0], PLAIN, 'nothing is lost'],
  ['denied', 'sqs:SetQueueAttributes', LANES[0], PLAIN, 'lets others in'],
  ['denied', 'sqs:ReceiveMessage', queue(PRIMARY, 'tendlc_receipts'), PLAIN, 'receipts are not its business'],
  ['denied', 'sqs:DeleteMessage', queue(PRIMARY, 'tendlc_receipts'), PLAIN, 'receipts are not its business'],
  ['denied', 'sqs:SendMessage', queue(PRIMARY, 'tendlc_receipts'), PLAIN, 'makes up receipts'],
  ['denied', 'sqs:SendMessage', queue(PRIMARY, 'tendlc_receipts_dead_letter'), PLAIN, 'makes up receipts'],
  ['denied', 'sqs:SendMessage', queue(PRIMARY, 'tendlc_jobs_dead_letter'), PLAIN, 'it is no scheduled job'],
  ['denied', 'sqs:ReceiveMessage', queue(PRIMARY, 'orders'), PLAIN, 'a queue of somebody else'],
  ['denied', 'sqs:SendMessage', queue(SECONDARY, 'tendlc-send'), PLAIN, "a spoke's queue"],
  ['denied', 'sqs:SendMessage', OPEN_QUEUE, PLAIN, 'a queue that takes everything'],
  ['denied', ASSUME, OPEN_ROLE, as('x1'), 'a role that lets everybody in'],
  ['allowed', PUT, bus(PRIMARY, 'default'), events('tendlc', 'SMS Rejected'), 'tells whoever has no grant'],
  ['denied', PUT, bus(PRIMARY, 'tendlc'), events('shop', 'SMS Send Requested'), 'asks itself to send'],
  ['denied', PUT, elsewhere(bus(PRIMARY, 'default')), events('tendlc', 'SMS Accepted'), 'a bus of another Region'],
  ['denied', PUT, OPEN_BUS, events('shop'), 'a bus that takes everything'],
  ['denied', PUT, OPEN_BUS, events(undefined, 'SMS Accepted'), 'an event that does not say of whom it is'],
  ['denied', 'events:DescribeEventBus', OPEN_BUS, PLAIN, 'puts events and nothing else'],
  ...['send-queue', 'send-event'].flatMap((name) => [
    ['allowed', 'logs:CreateLogStream', logs(PRIMARY, `tendlc-${name}`), PLAIN, 'a new environment'],
    ['allowed', 'logs:PutLogEvents', logs(PRIMARY, `tendlc-${name}`), PLAIN, 'its log'],
  ]),
  ['denied', 'logs:PutLogEvents', logs(PRIMARY, 'tendlc-settle-receipt'), PLAIN, "another function's log"],
  ['denied', 'logs:GetLogEvents', logs(PRIMARY, 'tendlc-send-queue'), PLAIN, 'no function reads logs'],
  ['denied', 'sms-voice:SendTextMessage', NUMBER, PLAIN, "only as a grant's role"],
  ['denied', 'sms-voice:DescribePhoneNumbers', NUMBER, PLAIN, 'the probe looks'],
  ['denied', INVOKE, lambda(PRIMARY, 'tendlc-recount'), PLAIN, 'functions do not call each other'],
])

const requests = rule(PRIMARY, 'tendlc/tendlc-requests')
const EVENT = lambda(PRIMARY, 'tendlc-send-event')
const deliveries = [
  ...rows(service('lambda'), [['allowed', ASSUME, role(PRIMARY, 'tendlc-send'), PLAIN, 'runs the functions']]),
  ...rows(service('scheduler'), [['denied', ASSUME, role(PRIMARY, 'tendlc-send'), PLAIN, 'a schedule is no function']]),
  ...rows(almighty(PRIMARY, 'intern'), [
    ['denied', ASSUME, role(PRIMARY, 'tendlc-send'), as('laptop'), 'who may all in the account still is no function'],
  ]),
  ...rows(service('events', requests), [
    ['allowed', INVOKE, EVENT, PLAIN, 'a request on the bus'],
    ['allowed', 'sqs:SendMessage', UNDELIVERED, PLAIN, 'a request that could not be delivered'],
    ['denied', 'sqs:ReceiveMessage', UNDELIVERED, PLAIN, 'a rule takes no dead letters'],
    ['denied', 'lambda:UpdateFunctionCode', EVENT, PLAIN, 'invokes it and nothing else'],
  ]),
  ...['tendlc-requests', 'tendlc-receipts'].flatMap((name) =>
    rows(service('events', rule(PRIMARY, name)), [
      ['denied', INVOKE, EVENT, PLAIN, 'a rule on another bus, whose events everybody may put'],
      ['denied', 'sqs:SendMessage', UNDELIVERED, PLAIN, 'a rule on another bus'],
    ]),
  ),
  ...rows(service('events', rule(STRANGER, 'tendlc/tendlc-requests')), [
    ['denied', INVOKE, EVENT, PLAIN, "another account's rule names our function"],
    ['denied', 'sqs:SendMessage', UNDELIVERED, PLAIN, "another account's rule names our queue"],
  ]),
  ...rows(almighty(STRANGER), [
    ['denied', INVOKE, EVENT, PLAIN, 'somebody who may all in another account'],
    ['denied', INVOKE, lambda(PRIMARY, 'tendlc-send-queue'), PLAIN, 'somebody who may all in another account'],
    ['denied', 'sqs:SendMessage', UNDELIVERED, PLAIN, 'somebody who may all in another account'],
  ]),
]

export default [...table, ...rest, ...deliveries]
