// What runs by the clock in the primary: live limits, the recount, the probe; and what starts them.

import { almighty, service, session } from '../callers.mjs'
import { OPEN_BUS, OPEN_ROLE } from '../foreign.mjs'
import {
  DAY, MONTH, NUMBER, OTHER_NUMBER, OTHER_TABLE, POOL, POOL_SET, PRIMARY, REGISTRATION, SET, SIMULATOR, SNS_NUMBER, STRANGER,
  TABLE, bus, elsewhere, lambda, logs, queue, role, schedule,
} from '../world.mjs'
import { PLAIN, as, events, inTransaction, read, rows, update } from './row.mjs'

const [GET, BATCH, PUT, UPDATE, SCAN] = ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'Scan'].map((action) => `dynamodb:${action}`)
const [ASSUME, INVOKE, SEND] = ['sts:AssumeRole', 'lambda:InvokeFunction', 'sms-voice:SendTextMessage']
const EVENT = 'events:PutEvents'
const ask = (action, resource, why) => ['allowed', `sms-voice:${action}`, resource, PLAIN, why]

/** What is the same for each: its own log, run by Lambda, and nothing that sends from a campaign's number. */
const job = (name) => [
  ...rows(session(PRIMARY, name), [
    ['allowed', 'logs:CreateLogStream', logs(PRIMARY, name), PLAIN, 'a new environment'],
    ['allowed', 'logs:PutLogEvents', logs(PRIMARY, name), PLAIN, 'its log'],
    ['denied', 'logs:PutLogEvents', logs(PRIMARY, 'tendlc-send-queue'), PLAIN, "another function's log"],
    ['denied', 'logs:GetLogEvents', logs(PRIMARY, name), PLAIN, 'no function reads logs'],
    ['denied', SEND, NUMBER, PLAIN, 'it sends nobody anything'],
    ['denied', 'sms-voice:DescribePhoneNumbers', elsewhere(NUMBER), PLAIN, 'a number of another Region'],
    ['denied', 'sms-voice:UpdatePhoneNumber', NUMBER, PLAIN, 'it looks and changes nothing'],
    ['denied', 'sms-voice:DeleteRegistration', REGISTRATION, PLAIN, 'it looks and changes nothing'],
    ['denied', 'sqs:ReceiveMessage', queue(PRIMARY, 'tendlc-newsletter'), PLAIN, "a tenant's queue"],
    ['denied', 'dynamodb:DeleteItem', TABLE, read('G#checkout'), 'nothing is deleted'],
    ['denied', 'dynamodb:DeleteItem', TABLE, read('C#checkout#2026-11-20'), 'nothing is deleted'],
    ['denied', 'dynamodb:DeleteTable', TABLE, PLAIN, 'everything'],
    ['denied', GET, OTHER_TABLE, read('I#primary'), 'another table'],
    ['denied', UPDATE, OTHER_TABLE, update(`C#checkout#${DAY}`, ['all']), 'another table'],
  ]),
  ...rows(service('lambda'), [['allowed', ASSUME, role(PRIMARY, name), PLAIN, 'runs the function']]),
  ...rows(service('scheduler', schedule(PRIMARY, name)), [['denied', ASSUME, role(PRIMARY, name), PLAIN, 'a schedule is no function']]),
]

const limits = rows(session(PRIMARY, 'tendlc-refresh-limits'), [
  ask('DescribePhoneNumbers', NUMBER, 'what a number tells'),
  ask('ListRegistrationAssociations', REGISTRATION, 'the numbers of a campaign'),
  ask('ListPoolOriginationIdentities', POOL, 'the numbers of a pool'),
  ['denied', 'sms-voice:DescribeConfigurationSets', SET, PLAIN, 'is not asked'],
  ...['I#primary', 'K#order-updates', 'B#acme', 'G#checkout', `B#acme#${DAY}`, `C#checkout#${DAY}`].map((key) => [
    'allowed', GET, TABLE, read(key), 'whom a new limit concerns',
  ]),
  ...['K#order-updates', 'B#acme', 'G#checkout'].map((key) => [
    'allowed', PUT, TABLE, inTransaction(key, ['revision']), 'a record with the new limit',
  ]),
  ...[`B#acme#${DAY}`, `C#checkout#${DAY}`].map((key) => [
    'allowed', UPDATE, TABLE, inTransaction(key, ['ttl', 'left']), "moves the day's counters after it",
  ]),
  ['denied', GET, TABLE, read('L#checkout#order-1'), 'requests are not its business'],
  ['denied', GET, TABLE, read('M#862a8790'), 'receipts are not its business'],
  ['denied', PUT, TABLE, update('L#checkout#order-1', ['state']), 'the ledger'],
  ['denied', UPDATE, TABLE, update('L#checkout#order-1', ['state']), 'the ledger'],
  ['denied', PUT, TABLE, update('I#primary', ['grants']), 'who has a grant'],
  ['denied', PUT, TABLE, update('Q#queue', ['grant']), 'whose a queue is'],
  ['denied', PUT, TABLE, update(`C#checkout#${DAY}`, ['all']), 'counters are moved, not written anew'],
  ['denied', UPDATE, TABLE, update('G#checkout', ['paused']), 'records are written with their revision'],
  ['denied', UPDATE, TABLE, update('R#primary#main', ['tat']), 'clocks are for those who send'],
  ['denied', SCAN, TABLE, PLAIN, 'everything'],
  ['allowed', BATCH, TABLE, read('G#checkout', `C#checkout#${DAY}`), 'whose guarantees are less with a lower cap'],
  ['denied', BATCH, TABLE, read('G#checkout', 'L#checkout#order-1'), 'requests are not its business'],
  ['denied', PUT, OTHER_TABLE, inTransaction('K#order-updates', ['revision']), 'another table'],
  ['denied', 'sms-voice:ReleasePhoneNumber', NUMBER, PLAIN, 'it looks and changes nothing'],
  ['denied', ASSUME, OPEN_ROLE, as('x1'), 'it acts as itself'],
])

const recount = rows(session(PRIMARY, 'tendlc-recount'), [
  ['allowed', GET, TABLE, read('I#primary'), 'who is to be counted'],
  ['allowed', BATCH, TABLE, read('G#checkout', 'K#order-updates', 'B#acme', `C#checkout#${DAY}`, `B#acme#${DAY}`), 'records and counters'],
  ['allowed', SCAN, TABLE, PLAIN, 'the whole ledger'],
  ['allowed', UPDATE, TABLE, update(`C#checkout#${DAY}`, ['ttl', 'recounted', 'all']), 'mends a day'],
  ['allowed', UPDATE, TABLE, update(`C#checkout#${MONTH}`, ['ttl', 'recounted', 'spent']), 'mends a month'],
  ['allowed', UPDATE, TABLE, update(`B#acme#${DAY}`, ['ttl', 'recounted', 'left']), 'mends a pool'],
  ['allowed', UPDATE, TABLE, update('K#order-updates', ['segment_price']), 'a segment costs less than was thought'],
  ['denied', UPDATE, TABLE, update('K#order-updates', ['paused']), 'changes a campaign otherwise'],
  ['denied', UPDATE, TABLE, update('G#checkout', ['segment_price']), 'changes something else by an attribute that campaigns have'],
  ['denied', UPDATE, OTHER_TABLE, update('K#order-updates', ['segment_price']), 'a campaign in another table'],
  ['denied', UPDATE, TABLE, update('L#checkout#order-1', ['state']), 'the ledger is what it goes by'],
  ['denied', UPDATE, TABLE, update('M#862a8790', ['status']), 'receipts are what it goes by'],
  ['denied', UPDATE, TABLE, update('G#checkout', ['budgets']), 'changes a grant'],
  ['denied', UPDATE, TABLE, update('B#acme', ['pools']), 'changes a brand'],
  ['denied', PUT, TABLE, update(`C#checkout#${DAY}`, ['all']), 'nothing is written without a condition on what is there'],
  ['denied', 'dynamodb:Query', `${TABLE}/index/message_id`, read('862a8790'), 'is not asked'],
  ['denied', SCAN, OTHER_TABLE, PLAIN, 'another table'],
  ['denied', BATCH, OTHER_TABLE, read('G#checkout'), 'another table'],
  ['denied', 'sms-voice:DescribePhoneNumbers', NUMBER, PLAIN, 'it asks the table alone'],
])

const probe = rows(session(PRIMARY, 'tendlc-probe-health'), [
  ask('DescribePhoneNumbers', NUMBER, 'whether a number can send'),
  ask('ListPoolOriginationIdentities', POOL, 'the numbers of a pool'),
  ask('DescribeRegistrations', REGISTRATION, 'whether a registration is complete'),
  ask('DescribeRegistrationVersions', REGISTRATION, 'whether its newest version is approved'),
  ask('DescribeConfigurationSets', SET, 'whether receipts come'),
  ask('GetResourcePolicy', NUMBER, 'whether it lets SNS in'),
  ask('GetResourcePolicy', POOL, 'whether it lets SNS in'),
  ['denied', 'sms-voice:GetResourcePolicy', elsewhere(NUMBER), PLAIN, 'a number of another Region'],
  ['denied', 'sms-voice:GetResourcePolicy', elsewhere(POOL), PLAIN, 'a pool of another Region'],
  ['denied', 'sms-voice:PutResourcePolicy', SNS_NUMBER, PLAIN, 'it looks and changes nothing'],
  ['denied', 'sms-voice:DescribeConfigurationSets', elsewhere(SET), PLAIN, 'a set of another Region'],
  ask('DescribeAccountAttributes', '*', 'whether the account is in production'),
  ask('DescribeSpendLimits', '*', 'what AWS lets the account spend'),
  ['denied', 'sms-voice:SetTextMessageSpendLimitOverride', '*', PLAIN, 'it looks and changes nothing'],
  ...['I#primary', 'G#newsletter', 'K#order-updates'].map((key) => ['allowed', GET, TABLE, read(key), 'what is to be looked at']),
  ['allowed', BATCH, TABLE, read('G#newsletter', 'K#order-updates', 'B#acme', 'I#former'), 'all of it at once'],
  ['allowed', BATCH, TABLE, read(`B#acme#${DAY}`, `C#newsletter#${DAY}`), 'how full the caps are'],
  ['denied', BATCH, TABLE, read('G#newsletter', 'L#newsletter#sale-1'), 'requests are not its business'],
  ['denied', BATCH, OTHER_TABLE, read('G#newsletter'), 'another table'],
  ['denied', GET, TABLE, read('L#newsletter#sale-1'), 'requests are not its business'],
  ['denied', GET, TABLE, read('M#862a8790'), 'receipts are not its business'],
  ['denied', UPDATE, TABLE, update('G#newsletter', ['paused']), 'it looks and changes nothing'],
  ['denied', UPDATE, TABLE, update('L#newsletter#sale-1', ['state']), 'it looks and changes nothing'],
  ['denied', SCAN, TABLE, PLAIN, 'everything'],
  ['denied', 'sms-voice:ReleasePhoneNumber', NUMBER, PLAIN, 'it looks and changes nothing'],
  ['denied', ASSUME, OPEN_ROLE, as('x1'), 'a role that lets everybody in'],
  ['allowed', GET, TABLE, read('H#primary'), 'what it found last'],
  ['allowed', PUT, TABLE, read('H#primary'), 'what it found'],
  ['denied', PUT, TABLE, PLAIN, 'an item that is not named'],
  ['denied', PUT, TABLE, read('G#newsletter'), 'it looks and changes nothing'],
  ['denied', PUT, TABLE, read('H#primary-2'), 'a key that begins the same'],
  ['denied', PUT, OTHER_TABLE, read('H#primary'), 'another table'],
  ['denied', 'dynamodb:DeleteItem', TABLE, read('H#primary'), 'it forgets nothing'],
  ['denied', 'events:DescribeEventBus', bus(PRIMARY, 'default'), PLAIN, 'puts events and nothing else'],
  ['allowed', EVENT, bus(PRIMARY, 'default'), events('tendlc', 'SMS Health Changed'), 'says what has changed'],
  ['denied', EVENT, bus(PRIMARY, 'default'), events('shop', 'SMS Send Requested'), 'asks for a text'],
  ['denied', EVENT, bus(PRIMARY, 'default'), events(undefined, 'SMS Health Changed'), 'an event that does not say of whom it is'],
  ['denied', EVENT, bus(PRIMARY, 'tendlc'), events('tendlc', 'SMS Send Requested'), "the hub's bus"],
  ['denied', EVENT, OPEN_BUS, events('tendlc', 'SMS Health Changed'), 'a bus that takes everything'],
  ['allowed', 'cloudwatch:GetMetricData', '*', PLAIN, 'what others have counted'],
  ['denied', 'cloudwatch:PutMetricData', '*', PLAIN, 'counts nothing by itself'],
  ['denied', 'cloudwatch:DisableAlarmActions', '*', PLAIN, 'silences nobody'],
])

/** Its texts reach nobody: they are from a simulator number. AWS asks for the configuration set as well, whose receipts come. */
const texts = (expected, why) =>
  rows(session(PRIMARY, 'tendlc-probe-health'), [
    [expected, SEND, SIMULATOR, PLAIN, why],
    [expected, SEND, SET, PLAIN, why],
    [expected, SEND, POOL_SET, PLAIN, why],
    ['denied', SEND, POOL, PLAIN, 'a pool of a campaign reaches people'],
    ['denied', SEND, SNS_NUMBER, PLAIN, 'a number of a campaign reaches people'],
    ['denied', SEND, OTHER_NUMBER, PLAIN, 'a number of somebody else reaches people'],
    ['denied', SEND, elsewhere(SIMULATOR), PLAIN, 'a number of another Region'],
    ['denied', SEND, elsewhere(SET), PLAIN, 'a set of another Region'],
    ['denied', 'sms-voice:SendMediaMessage', SIMULATOR, PLAIN, 'it sends texts and nothing else'],
    ['denied', 'sms-voice:ReleasePhoneNumber', SIMULATOR, PLAIN, 'it sends texts and nothing else'],
    ['denied', 'sms-voice:DeleteEventDestination', SET, PLAIN, 'it sends texts and nothing else'],
  ])

/** Where the primary has a simulator number, and where it has none. */
export const withSimulator = texts('allowed', 'a text that goes the whole way')
export const withoutSimulator = texts('denied', 'there is nothing that it could send from')

const JOBS = ['tendlc-refresh-limits', 'tendlc-recount', 'tendlc-probe-health']
const LATE = queue(PRIMARY, 'tendlc_jobs_dead_letter')
const starts = [
  ...rows(service('scheduler', schedule(PRIMARY, 'tendlc-recount')), [
    ['allowed', ASSUME, role(PRIMARY, 'tendlc-schedules'), PLAIN, 'starts a job'],
  ]),
  ...rows(service('scheduler', schedule(STRANGER, 'tendlc-recount')), [
    ['denied', ASSUME, role(PRIMARY, 'tendlc-schedules'), PLAIN, "another account's schedule names our role"],
  ]),
  ...rows(service('lambda'), [['denied', ASSUME, role(PRIMARY, 'tendlc-schedules'), PLAIN, 'a function is no schedule']]),
  ...rows(almighty(PRIMARY, 'intern'), [['denied', ASSUME, role(PRIMARY, 'tendlc-schedules'), as('laptop'), 'a person is no schedule']]),
  ...rows(session(PRIMARY, 'tendlc-schedules'), [
    ...JOBS.map((name) => ['allowed', INVOKE, lambda(PRIMARY, name), PLAIN, 'starts it']),
    ['allowed', 'sqs:SendMessage', LATE, PLAIN, 'says that it could not be started'],
    ['denied', INVOKE, lambda(PRIMARY, 'tendlc-send-queue'), PLAIN, 'a schedule sends nothing'],
    ['denied', INVOKE, lambda(PRIMARY, 'tendlc-send-event'), PLAIN, 'a schedule sends nothing'],
    ['denied', INVOKE, lambda(PRIMARY, 'tendlc-settle-receipt'), PLAIN, 'a schedule makes up no receipts'],
    ['denied', INVOKE, lambda(PRIMARY, 'orders'), PLAIN, 'any other function'],
    ['denied', 'lambda:UpdateFunctionCode', lambda(PRIMARY, 'tendlc-recount'), PLAIN, 'starts it and nothing else'],
    ['denied', 'sqs:SendMessage', queue(PRIMARY, 'tendlc-newsletter'), PLAIN, 'a schedule sends nothing'],
    ['denied', 'sqs:ReceiveMessage', LATE, PLAIN, "dead letters are a person's to take"],
  ]),
]

export default [...limits, ...recount, ...probe, ...JOBS.flatMap(job), ...starts]
