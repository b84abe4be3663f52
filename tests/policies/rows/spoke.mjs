// A spoke: what its functions may do in their own account, and who may set them going.

import { almighty, service, session } from '../callers.mjs'
import { OPEN_BUS, OPEN_QUEUE, OPEN_ROLE } from '../foreign.mjs'
import {
  HEALTH, NEIGHBOUR, NUMBER, PRIMARY, SECONDARY, STRANGER, TABLE, TENANT, bus, lambda, logs, queue, role, rule, schedule,
} from '../world.mjs'
import { PLAIN, as, events, read, rows, update } from './row.mjs'

const lanes = (account) => ['tendlc-send', 'tendlc-send-promotional'].map((name) => queue(account, name))
const LANES = lanes(SECONDARY)
const DEAD = queue(SECONDARY, 'tendlc-dead-letter')
const BUS = bus(SECONDARY, 'default')
const [ASSUME, INVOKE, PUT] = ['sts:AssumeRole', 'lambda:InvokeFunction', 'events:PutEvents']
const TAKING = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility'].map((name) => `sqs:${name}`)

/** What the functions of any spoke need. */
const needed = (account) =>
  rows(session(account, 'tendlc-send'), [
    ...lanes(account).flatMap((lane) =>
      TAKING.map((action) => ['allowed', action, lane, PLAIN, 'Lambda takes what is there, and what must wait is hidden']),
    ),
    ...lanes(account).map((lane) => ['allowed', 'sqs:SendMessage', lane, PLAIN, 'send-event hands over what must wait']),
    ['allowed', 'sqs:SendMessage', queue(account, 'tendlc-dead-letter'), PLAIN, 'puts dead letters away'],
    ['allowed', PUT, bus(account, 'default'), events('tendlc', 'SMS Accepted'), 'says what became of a request'],
    ...['GetItem', 'PutItem'].map((name) => [
      'allowed', `dynamodb:${name}`, HEALTH.replace(SECONDARY, account), read('H#grant#checkout'), 'what the probe found last',
    ]),
    ['allowed', 'cloudwatch:GetMetricData', '*', PLAIN, 'how the queues stand'],
    ...['send-queue', 'send-event', 'probe-health'].flatMap((name) => [
      ['allowed', 'logs:CreateLogStream', logs(account, `tendlc-${name}`), PLAIN, 'a new environment'],
      ['allowed', 'logs:PutLogEvents', logs(account, `tendlc-${name}`), PLAIN, 'its log'],
    ]),
  ])

const others = rows(session(SECONDARY, 'tendlc-send'), [
  ['denied', 'sqs:ReceiveMessage', DEAD, PLAIN, 'dead letters are a person\'s to take'],
  ['denied', 'sqs:DeleteMessage', DEAD, PLAIN, 'dead letters are a person\'s to take'],
  ['denied', 'sqs:PurgeQueue', LANES[0], PLAIN, 'nothing is lost'],
  ['denied', 'sqs:SetQueueAttributes', LANES[0], PLAIN, 'the queue is the operator\'s'],
  ['denied', 'sqs:PurgeQueue', DEAD, PLAIN, 'nothing is lost'],
  ['denied', 'sqs:SendMessage', queue(SECONDARY, 'orders'), PLAIN, 'a queue of somebody else'],
  ['denied', 'sqs:ReceiveMessage', queue(SECONDARY, 'orders'), PLAIN, 'a queue of somebody else'],
  ['denied', 'sqs:ReceiveMessage', queue(SECONDARY, 'tendlc-send-2'), PLAIN, 'a queue whose name begins the same'],
  ['denied', 'sqs:SendMessage', queue(PRIMARY, 'tendlc-newsletter'), PLAIN, "a tenant's queue in the hub"],
  ['denied', 'sqs:SendMessage', queue(PRIMARY, 'tendlc_receipts'), PLAIN, 'makes up receipts'],
  ['denied', 'sqs:SendMessage', queue(STRANGER, 'tendlc-send'), PLAIN, "another account's queue of the same name"],
  ['denied', 'sqs:SendMessage', OPEN_QUEUE, PLAIN, 'a queue that takes everything'],
  ['denied', ASSUME, OPEN_ROLE, as('x1'), 'a role that lets everybody in'],
  ['denied', PUT, BUS, events('shop', 'SMS Send Requested'), 'asks itself to send'],
  ['denied', PUT, BUS, events(['tendlc', 'shop'], 'SMS Accepted'), 'an outcome and something else beside it'],
  ['denied', PUT, BUS, events(undefined, 'SMS Accepted'), 'an event that does not say of whom it is'],
  ['denied', PUT, bus(SECONDARY, 'orders'), events('tendlc', 'SMS Accepted'), 'another bus of the account'],
  ['denied', PUT, bus(PRIMARY, 'tendlc'), events('tendlc', 'SMS Send Requested'), "the hub's bus"],
  ['denied', PUT, OPEN_BUS, events('tendlc', 'SMS Accepted'), 'a bus that takes everything'],
  ['denied', 'events:DescribeEventBus', BUS, PLAIN, 'puts events and nothing else'],
  ['denied', 'events:PutRule', rule(SECONDARY, 'mine'), PLAIN, 'listens to others'],
  ['denied', 'logs:PutLogEvents', logs(SECONDARY, 'orders'), PLAIN, "another function's log"],
  ['denied', 'logs:GetLogEvents', logs(SECONDARY, 'tendlc-send-queue'), PLAIN, 'no function reads logs'],
  ['denied', 'logs:DeleteLogStream', logs(SECONDARY, 'tendlc-send-queue'), PLAIN, 'no function forgets'],
  ['denied', INVOKE, lambda(SECONDARY, 'tendlc-send-event'), PLAIN, 'functions do not call each other'],
  ['denied', 'dynamodb:GetItem', HEALTH.replace('tendlc-health', 'orders'), read('H#grant#checkout'), 'another table of the account'],
  ['denied', 'dynamodb:PutItem', HEALTH.replace(SECONDARY, PRIMARY), read('H#primary'), "what the primary's probe found"],
  ['denied', 'dynamodb:DeleteTable', HEALTH, PLAIN, 'the table is the stack\'s'],
  ['denied', 'cloudwatch:PutMetricData', '*', PLAIN, 'metrics are lines of the log'],
  ['denied', 'sms-voice:SendTextMessage', NUMBER, PLAIN, "only as the grant's role"],
  ['denied', 'dynamodb:GetItem', TABLE, read('G#checkout'), "only as the grant's role"],
  ['denied', 'dynamodb:UpdateItem', TABLE, update('L#checkout#order-1', ['state']), "only as the grant's role"],
])

const set = { lambda: service('lambda'), probe: service('scheduler', schedule(SECONDARY, 'tendlc-probe-health')) }
const roles = [
  ...rows(set.lambda, [['allowed', ASSUME, role(SECONDARY, 'tendlc-send'), PLAIN, 'runs the functions']]),
  ...rows(service('ec2'), [['denied', ASSUME, role(SECONDARY, 'tendlc-send'), PLAIN, 'a machine is no function']]),
  ...rows(set.lambda, [['denied', ASSUME, role(SECONDARY, 'tendlc-schedules'), PLAIN, 'a function is no schedule']]),
  ...rows(set.probe, [['allowed', ASSUME, role(SECONDARY, 'tendlc-schedules'), PLAIN, 'starts the probe']]),
  ...rows(service('scheduler', schedule(STRANGER, 'tendlc-probe-health')), [
    ['denied', ASSUME, role(SECONDARY, 'tendlc-schedules'), PLAIN, "another account's schedule names our role"],
  ]),
  ...rows(almighty(SECONDARY, 'developer'), [
    ['denied', ASSUME, role(SECONDARY, 'tendlc-send'), as('laptop'), 'who may all in the account still is no function'],
    ['denied', ASSUME, role(SECONDARY, 'tendlc-schedules'), as('laptop'), 'who may all in the account still is no schedule'],
  ]),
  ...rows(session(SECONDARY, 'tendlc-schedules'), [
    ['allowed', INVOKE, lambda(SECONDARY, 'tendlc-probe-health'), PLAIN, 'starts the probe'],
    ['denied', INVOKE, lambda(SECONDARY, 'tendlc-send-queue'), PLAIN, 'a schedule sends nothing'],
    ['denied', INVOKE, lambda(SECONDARY, 'orders'), PLAIN, 'another function'],
    ['denied', 'lambda:UpdateFunctionCode', lambda(SECONDARY, 'tendlc-probe-health'), PLAIN, 'starts it and nothing else'],
  ]),
]

const requests = rule(SECONDARY, 'tendlc-requests')
const EVENT = lambda(SECONDARY, 'tendlc-send-event')
const deliveries = [
  ...rows(service('events', requests), [
    ['allowed', INVOKE, EVENT, PLAIN, 'a request on the bus'],
    ['allowed', 'sqs:SendMessage', DEAD, PLAIN, 'a request that could not be delivered'],
    ['denied', 'sqs:SendMessage', LANES[0], PLAIN, 'the rule has one target'],
    ['denied', 'sqs:ReceiveMessage', DEAD, PLAIN, 'a rule takes no dead letters'],
    ['denied', 'lambda:UpdateFunctionCode', EVENT, PLAIN, 'invokes it and nothing else'],
  ]),
  ...rows(service('events', rule(SECONDARY, 'orders')), [
    ['denied', INVOKE, EVENT, PLAIN, 'another rule of the account'],
    ['denied', 'sqs:SendMessage', DEAD, PLAIN, 'another rule of the account'],
  ]),
  ...rows(service('events', rule(STRANGER, 'tendlc-requests')), [
    ['denied', INVOKE, EVENT, PLAIN, "another account's rule names our function"],
    ['denied', 'sqs:SendMessage', DEAD, PLAIN, "another account's rule names our queue"],
  ]),
  ...rows(service('sns', `arn:aws:sns:us-east-1:${SECONDARY}:orders`), [
    ['denied', INVOKE, EVENT, PLAIN, 'a topic is no bus'],
    ['denied', 'sqs:SendMessage', DEAD, PLAIN, 'a topic is no rule'],
  ]),
  ...rows(almighty(STRANGER), [
    ['denied', INVOKE, EVENT, PLAIN, 'somebody who may all in another account'],
    ['denied', 'sqs:SendMessage', LANES[0], PLAIN, 'somebody who may all in another account'],
    ['denied', 'sqs:SendMessage', DEAD, PLAIN, 'somebody who may all in another account'],
    ['denied', PUT, BUS, events('tendlc', 'SMS Delivered'), 'makes up outcomes'],
  ]),
]

const outcomes = [
  ...rows(session(PRIMARY, 'tendlc-settle-receipt'), [
    ['allowed', PUT, BUS, events('tendlc', 'SMS Delivered'), 'says what a receipt says'],
    ['denied', PUT, BUS, events('shop', 'SMS Send Requested'), "asks a spoke's function to send"],
  ]),
  ...rows(almighty(PRIMARY, 'tendlc-settle-receipt'), [
    ['denied', PUT, BUS, events('shop', 'SMS Send Requested'), "the bus's own policy stops it too"],
    ['denied', PUT, BUS, events(['tendlc', 'shop'], 'SMS Delivered'), 'an outcome and something else beside it'],
    ['denied', PUT, BUS, events(undefined, 'SMS Delivered'), 'an event that does not say of whom it is'],
    ['denied', 'events:PutRule', rule(SECONDARY, 'mine'), PLAIN, 'listens to others'],
    ['denied', 'events:DescribeEventBus', BUS, PLAIN, 'puts events and nothing else'],
  ]),
  ...rows(almighty(PRIMARY, 'intern'), [
    ['denied', PUT, BUS, events('tendlc', 'SMS Delivered'), 'any other role of the primary'],
  ]),
  ...rows(almighty(TENANT, 'tendlc-settle-receipt'), [
    ['denied', PUT, BUS, events('tendlc', 'SMS Delivered'), 'a role of the right name in another account'],
  ]),
]

export default [...[SECONDARY, NEIGHBOUR].flatMap(needed), ...others, ...roles, ...deliveries, ...outcomes]
