// Receipts: how they come into the primary, and the function that posts them.

import { almighty, service, session } from '../callers.mjs'
import { OPEN_BUS } from '../foreign.mjs'
import {
  DAY, MONTH, NUMBER, OTHER_TABLE, PRIMARY, SECONDARY, SET, STRANGER, TABLE, TENANT, bus, elsewhere, lambda, logs, queue, role, rule, sms, topic,
} from '../world.mjs'
import { PLAIN, events, inTransaction, read, rows, update } from './row.mjs'

const TOPIC = topic(PRIMARY, 'tendlc-receipts')
const QUEUE = queue(PRIMARY, 'tendlc_receipts')
const DEAD = queue(PRIMARY, 'tendlc_receipts_dead_letter')
const [PUBLISH, SEND] = ['sns:Publish', 'sqs:SendMessage']
const [BATCH, UPDATE, QUERY] = ['BatchGetItem', 'UpdateItem', 'Query'].map((action) => `dynamodb:${action}`)

const ways = [
  ...rows(service('sms-voice', SET), [
    ['allowed', PUBLISH, TOPIC, PLAIN, "a configuration set's receipts"],
    ['denied', 'sns:Subscribe', TOPIC, PLAIN, 'publishes and nothing else'],
  ]),
  ...rows(service('sms-voice', sms(STRANGER, 'configuration-set/tendlc-order-updates')), [
    ['denied', PUBLISH, TOPIC, PLAIN, "another account's configuration set names our topic"],
  ]),
  ...rows(service('sms-voice', SET, STRANGER), [['denied', PUBLISH, TOPIC, PLAIN, 'for another account, whatever it names']]),
  ...rows(service('sms-voice', NUMBER), [['denied', PUBLISH, TOPIC, PLAIN, 'what people answer to a number is no receipt']]),
  ...rows(service('ses', SET), [['denied', PUBLISH, TOPIC, PLAIN, 'another service']]),
  ...rows(almighty(STRANGER), [
    ['denied', PUBLISH, TOPIC, PLAIN, 'makes up receipts'],
    ['denied', 'sns:Subscribe', TOPIC, PLAIN, "hears who is texted"],
    ['denied', SEND, QUEUE, PLAIN, 'makes up receipts'],
    ['denied', 'sqs:ReceiveMessage', QUEUE, PLAIN, 'hears who is texted'],
  ]),
  ...rows(almighty(SECONDARY, 'tendlc-send'), [
    ['denied', PUBLISH, TOPIC, PLAIN, 'a spoke makes up receipts'],
    ['denied', 'sns:Subscribe', TOPIC, PLAIN, "a spoke hears of others' texts"],
    ['denied', SEND, QUEUE, PLAIN, 'a spoke makes up receipts'],
  ]),
  ...rows(service('sns', TOPIC), [
    ['allowed', SEND, QUEUE, PLAIN, 'what is published comes to the queue'],
    ['denied', 'sqs:ReceiveMessage', QUEUE, PLAIN, 'a topic takes nothing'],
    ['denied', SEND, DEAD, PLAIN, 'a topic has nothing to do there'],
  ]),
  ...rows(service('sns', topic(STRANGER, 'tendlc-receipts')), [['denied', SEND, QUEUE, PLAIN, "another account's topic names our queue"]]),
  ...rows(service('sns', topic(PRIMARY, 'orders')), [['denied', SEND, QUEUE, PLAIN, 'another topic of the primary']]),
  ...rows(service('events', rule(PRIMARY, 'tendlc-receipts')), [
    ['allowed', SEND, QUEUE, PLAIN, 'what AWS tells of every text'],
    ['allowed', SEND, DEAD, PLAIN, 'what could not be delivered'],
    ['denied', 'sqs:ReceiveMessage', QUEUE, PLAIN, 'a rule takes nothing'],
    ['denied', 'sqs:ReceiveMessage', DEAD, PLAIN, 'a rule takes no dead letters'],
  ]),
  ...[rule(STRANGER, 'tendlc-receipts'), rule(PRIMARY, 'orders'), rule(PRIMARY, 'tendlc/tendlc-requests')].flatMap((other) =>
    rows(service('events', other), [
      ['denied', SEND, QUEUE, PLAIN, 'any other rule'],
      ['denied', SEND, DEAD, PLAIN, 'any other rule'],
    ]),
  ),
]

const books = rows(session(PRIMARY, 'tendlc-settle-receipt'), [
  ['allowed', BATCH, TABLE, read('M#862a8790', 'L#checkout#order-1', 'G#checkout', 'K#order-updates'), 'all that a batch is about'],
  ['allowed', BATCH, TABLE, read(`B#acme#${DAY}`), 'whether a pool is in debt'],
  ['allowed', QUERY, `${TABLE}/index/message_id`, read('862a8790'), 'whose a text is'],
  ['allowed', UPDATE, TABLE, inTransaction('M#862a8790', ['ttl', 'status', 'revision']), 'what is known of a text'],
  ['allowed', UPDATE, TABLE, inTransaction('L#checkout#order-1', ['state', 'message_id', 'at', 'ttl']), 'a request that was accepted after all'],
  ['allowed', UPDATE, TABLE, inTransaction(`C#checkout#${MONTH}`, ['ttl', 'spent', 'texts:order-updates']), 'what it cost'],
  ['allowed', UPDATE, TABLE, inTransaction(`B#acme#${DAY}`, ['ttl', 'left']), "gives another carrier's segments back"],
  ['allowed', UPDATE, TABLE, update(`O#${MONTH}`, ['ttl', 'unmetered']), 'counts what is strange'],
  ['allowed', UPDATE, TABLE, update('K#order-updates', ['segment_price', 'revision']), 'a segment costs more than was thought'],
  ['denied', UPDATE, TABLE, update('K#order-updates', ['paused']), 'changes a campaign otherwise'],
  ['denied', UPDATE, TABLE, update('G#checkout', ['budgets']), 'changes a grant'],
  ['denied', UPDATE, TABLE, update('G#checkout', ['revision']), 'changes a grant by an attribute that campaigns have, too'],
  ['denied', UPDATE, OTHER_TABLE, update('K#order-updates', ['segment_price', 'revision']), 'a campaign in another table'],
  ['denied', UPDATE, TABLE, update('B#acme', ['pools']), 'changes a brand'],
  ['denied', UPDATE, TABLE, update('R#primary#main', ['tat']), 'clocks are for those who send'],
  ['denied', UPDATE, TABLE, update('I#primary', ['grants']), 'changes who has a grant'],
  ['denied', BATCH, TABLE, read('I#primary'), 'who has a grant is not its business'],
  ['denied', BATCH, TABLE, read('M#862a8790', 'A#333333333333'), 'whose an account is is not its business'],
  ['denied', 'dynamodb:GetItem', TABLE, read('M#862a8790'), 'it reads in batches'],
  ['denied', 'dynamodb:PutItem', TABLE, update('M#862a8790', ['status']), 'nothing is written without a condition on what is there'],
  ['denied', 'dynamodb:DeleteItem', TABLE, read('M#862a8790'), 'receipts are kept'],
  ['denied', 'dynamodb:DeleteItem', TABLE, read('L#checkout#order-1'), 'a ledger that forgets sends twice'],
  ['denied', QUERY, TABLE, read('M#862a8790'), 'only by that index'],
  ['denied', QUERY, `${TABLE}/index/waiting`, read('newsletter'), 'what waits is for a person to ask'],
  ['denied', 'dynamodb:Scan', `${TABLE}/index/message_id`, PLAIN, 'all texts of everybody'],
  ['denied', 'dynamodb:Scan', TABLE, PLAIN, 'everything'],
  ['denied', BATCH, OTHER_TABLE, read('M#862a8790'), 'another table'],
  ['denied', QUERY, `${OTHER_TABLE}/index/message_id`, read('862a8790'), 'another table'],
  ['denied', UPDATE, OTHER_TABLE, update('M#862a8790', ['status']), 'another table'],
])

const rest = [
  ...rows(session(PRIMARY, 'tendlc-settle-receipt'), [
    ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility'].map((action) => [
      'allowed', `sqs:${action}`, QUEUE, PLAIN, 'takes receipts, and hides those that are early',
    ]),
    ['denied', SEND, QUEUE, PLAIN, 'makes up receipts'],
    ['denied', 'sqs:PurgeQueue', QUEUE, PLAIN, 'nothing is lost'],
    ['denied', 'sqs:ReceiveMessage', DEAD, PLAIN, "dead letters are a person's to take"],
    ['denied', 'sqs:ReceiveMessage', queue(PRIMARY, 'tendlc-newsletter'), PLAIN, "a tenant's queue"],
    ['allowed', 'events:PutEvents', bus(TENANT, 'default'), events('tendlc', 'SMS Delivered'), 'tells a tenant'],
    ['denied', 'events:PutEvents', elsewhere(bus(PRIMARY, 'default')), events('tendlc', 'SMS Delivered'), 'a bus of another Region'],
    ['denied', 'events:PutEvents', OPEN_BUS, events('shop'), 'a bus that takes everything'],
    ['denied', 'events:PutEvents', OPEN_BUS, events(undefined, 'SMS Delivered'), 'an event that does not say of whom it is'],
    ['denied', 'events:PutEvents', bus(PRIMARY, 'tendlc'), events('shop', 'SMS Send Requested'), 'asks the hub to send'],
    ['denied', 'events:DescribeEventBus', OPEN_BUS, PLAIN, 'puts events and nothing else'],
    ['allowed', 'logs:CreateLogStream', logs(PRIMARY, 'tendlc-settle-receipt'), PLAIN, 'a new environment'],
    ['allowed', 'logs:PutLogEvents', logs(PRIMARY, 'tendlc-settle-receipt'), PLAIN, 'its log'],
    ['denied', 'logs:PutLogEvents', logs(PRIMARY, 'tendlc-send-queue'), PLAIN, "another function's log"],
    ['denied', 'logs:GetLogEvents', logs(PRIMARY, 'tendlc-settle-receipt'), PLAIN, 'no function reads logs'],
    ['denied', 'sms-voice:SendTextMessage', NUMBER, PLAIN, 'it sends nothing'],
    ['denied', 'lambda:InvokeFunction', lambda(PRIMARY, 'tendlc-recount'), PLAIN, 'functions do not call each other'],
  ]),
  ...rows(service('lambda'), [['allowed', 'sts:AssumeRole', role(PRIMARY, 'tendlc-settle-receipt'), PLAIN, 'runs the function']]),
]

export default [...ways, ...books, ...rest]
