// What a spoke's functions do to the table through the grant's role, and what somebody could try who has its credentials.

import { granted } from '../callers.mjs'
import { DAY, MONTH, OTHER_TABLE, TABLE } from '../world.mjs'
import { PLAIN, inTransaction, read, rows, update } from './row.mjs'

const [GET, PUT, UPDATE] = ['GetItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action}`)
const id = 'order-1'
const OPENED = ['owner', 'fingerprint', 'campaign', 'kind', 'segments', 'encoding', 'at', 'ttl', 'tries', 'state', 'first', 'lease']
const BUDGET = ['ttl', 'guaranteed:acme', 'ceiling:acme', 'all']

const needed = rows(granted('checkout'), [
  ['allowed', GET, TABLE, read('G#checkout'), 'the grant'],
  ['allowed', GET, TABLE, read('K#order-updates'), 'its campaign'],
  ['allowed', GET, TABLE, read('B#acme'), "its campaign's brand"],
  ['allowed', UPDATE, TABLE, update(`L#checkout#${id}`, OPENED), 'claims a request'],
  ['allowed', UPDATE, TABLE, inTransaction(`L#checkout#${id}`, ['state', 'message_id', 'charge']), 'records a batch'],
  ['allowed', UPDATE, TABLE, update(`C#checkout#${DAY}`, BUDGET, 'ALL_NEW'), 'takes of its budget'],
  ['allowed', UPDATE, TABLE, update(`C#checkout#${MONTH}`, ['ttl', 'spent'], 'ALL_NEW'), 'sets money aside'],
  ['allowed', UPDATE, TABLE, inTransaction(`C#checkout#${DAY}`, BUDGET.slice(1)), 'gives back to its budget'],
  ['allowed', UPDATE, TABLE, update(`B#acme#${DAY}`, ['ttl', 'left'], 'ALL_NEW'), 'takes of the pool'],
  ['allowed', UPDATE, TABLE, inTransaction(`B#acme#${DAY}`, ['left']), 'gives back to the pool'],
  ['allowed', UPDATE, TABLE, update('R#campaign#order-updates', ['tat', 'stopped'], 'UPDATED_NEW'), "a place on the campaign's clock"],
  ['allowed', UPDATE, TABLE, update('R#primary#main', ['tat', 'stopped'], 'UPDATED_NEW'), "a place on the primary's clock"],
  ['allowed', UPDATE, TABLE, update('R#primary#main', ['stopped']), 'stops for everybody at the spend limit'],
])

const others = rows(granted('checkout'), [
  ['denied', GET, TABLE, read('G#newsletter'), "another grant's record, with its external id"],
  ['denied', GET, TABLE, read('K#codes'), 'a campaign that it has no part in'],
  ['denied', GET, TABLE, read('B#globex'), 'a brand that it has no part in'],
  ['denied', GET, TABLE, read('I#primary'), 'the names of all grants'],
  ['denied', GET, TABLE, read('A#333333333333'), 'which account has which grant'],
  ['denied', GET, TABLE, read('M#862a8790'), 'what receipts say of others'],
  ['denied', GET, TABLE, read('L#newsletter#sale-1'), "another grant's ledger"],
  ['denied', GET, TABLE, read(`B#acme#${DAY}`), 'a counter is learnt by taking of it'],
  ['denied', UPDATE, TABLE, update('L#newsletter#sale-1', OPENED), "another grant's ledger"],
  ['denied', UPDATE, TABLE, update('L#checkout-eu#order-1', OPENED), 'the ledger of a grant whose name begins the same'],
  ['denied', UPDATE, TABLE, inTransaction(`L#newsletter#sale-1`, OPENED), "another grant's ledger, in a transaction"],
  ['denied', UPDATE, TABLE, update(`C#newsletter#${DAY}`, BUDGET), "another grant's budget"],
  ['denied', UPDATE, TABLE, update(`C#checkout-eu#${DAY}`, BUDGET), 'the budget of a grant whose name begins the same'],
  ['denied', UPDATE, TABLE, update(`B#globex#${DAY}`, ['ttl', 'left']), "another brand's pool"],
  ['denied', UPDATE, TABLE, update(`B#acme-eu#${DAY}`, ['ttl', 'left']), 'the pool of a brand whose name begins the same'],
  ['denied', UPDATE, TABLE, update('R#campaign#codes', ['tat', 'stopped']), "another campaign's clock"],
  ['denied', UPDATE, TABLE, update('R#primary#other', ['tat', 'stopped']), "another primary's clock"],
  ['denied', UPDATE, TABLE, read(`L#checkout#${id}`, 'L#newsletter#sale-1'), 'its own ledger and another beside it'],
  ['denied', UPDATE, TABLE, update('M#862a8790', ['grant']), 'what receipts say'],
  ['denied', UPDATE, TABLE, update('I#primary', ['grants']), 'the list of grants'],
  ['denied', UPDATE, TABLE, update('Q#queue', ['grant']), "whose a hub's queue is"],
])

const limits = rows(granted('checkout'), [
  ['denied', UPDATE, TABLE, update('G#checkout', ['budgets']), 'raises its own budget'],
  ['denied', PUT, TABLE, update('G#checkout', ['budgets']), 'writes its own grant anew'],
  ['denied', UPDATE, TABLE, update('K#order-updates', ['segment_price']), "changes its campaign's price"],
  ['denied', UPDATE, TABLE, update('B#acme', ['pools']), "raises its brand's cap"],
  ['denied', UPDATE, TABLE, update(`B#acme#${DAY}`, ['left', 'recounted']), 'hides a pool from the recount'],
  ['denied', UPDATE, TABLE, update('R#campaign#order-updates', ['tat', 'stopped', 'ttl']), 'lets a clock expire'],
  ['denied', UPDATE, TABLE, update('R#primary#main', ['tat', 'note']), 'leaves something on a clock'],
  ['denied', PUT, TABLE, update(`B#acme#${DAY}`, ['ttl', 'left']), 'makes a pool anew'],
  ['denied', PUT, TABLE, update('R#primary#main', ['tat', 'stopped']), 'sets a clock back'],
])

const operations = rows(granted('checkout'), [
  ['denied', 'dynamodb:Scan', TABLE, PLAIN, 'everything of everybody'],
  ['denied', 'dynamodb:Query', TABLE, read(`L#checkout#${id}`), 'no function asks so'],
  ['denied', 'dynamodb:Query', `${TABLE}/index/waiting`, read('newsletter'), 'what waits of another grant'],
  ['denied', 'dynamodb:Query', `${TABLE}/index/message_id`, read('862a8790'), 'whose a text is'],
  ['denied', 'dynamodb:DeleteItem', TABLE, read(`L#checkout#${id}`), 'a ledger that forgets sends twice'],
  ['denied', 'dynamodb:DeleteItem', TABLE, read(`C#checkout#${DAY}`), 'a budget that begins anew'],
  ['denied', 'dynamodb:DeleteItem', TABLE, read(`B#acme#${DAY}`), 'a pool that begins anew'],
  ['denied', 'dynamodb:DeleteItem', TABLE, read('G#checkout'), 'no limits at all'],
  ['denied', 'dynamodb:BatchWriteItem', TABLE, read(`L#checkout#${id}`), 'deletes and puts without conditions'],
  ['denied', 'dynamodb:BatchGetItem', TABLE, read('G#checkout', 'G#newsletter'), 'its own record and another'],
  ['denied', 'dynamodb:PartiQLUpdate', TABLE, update(`L#checkout#${id}`, OPENED), 'no function asks so'],
  ['denied', 'dynamodb:PartiQLSelect', TABLE, PLAIN, 'no function asks so'],
  ['allowed', PUT, TABLE, update(`L#checkout#${id}`, OPENED), 'its own ledger is its own, as the design has it'],
  ['allowed', PUT, TABLE, update(`C#checkout#${DAY}`, BUDGET), 'its own counters, as the design has it'],
  ['allowed', GET, TABLE, read(`L#checkout#${id}`), 'its own ledger'],
  ['allowed', GET, TABLE, read(`C#checkout#${DAY}`), 'its own counters'],
  ['denied', GET, TABLE, PLAIN, 'a read without a key that could be judged'],
  ['denied', UPDATE, TABLE, PLAIN, 'a write without a key that could be judged'],
  ['denied', UPDATE, TABLE, { 'dynamodb:Attributes': ['pk', 'ttl', 'left'] }, "a write of a pool's attributes to who knows what"],
  ['denied', UPDATE, TABLE, { 'dynamodb:Attributes': ['pk', 'tat', 'stopped'] }, "a write of a clock's attributes to who knows what"],
  ['denied', GET, OTHER_TABLE, read('G#checkout'), 'another table'],
  ['denied', GET, OTHER_TABLE, read('K#order-updates'), 'another table'],
  ['denied', UPDATE, OTHER_TABLE, update(`L#checkout#${id}`, OPENED), 'its keys in another table'],
  ['denied', UPDATE, OTHER_TABLE, update(`B#acme#${DAY}`, ['ttl', 'left']), 'a pool in another table'],
  ['denied', UPDATE, OTHER_TABLE, update('R#primary#main', ['tat', 'stopped']), 'a clock in another table'],
  ['denied', 'dynamodb:UpdateTimeToLive', TABLE, PLAIN, 'a ledger that forgets'],
  ['denied', 'dynamodb:DeleteTable', TABLE, PLAIN, 'everything'],
])

/** The hub's functions reach the table themselves, so its grants' roles do not. */
const ofHub = rows(granted('newsletter'), [
  ['denied', GET, TABLE, read('G#newsletter'), "a tenant's role has nothing to do there"],
  ['denied', UPDATE, TABLE, update('L#newsletter#sale-1', OPENED), "a tenant's role has nothing to do there"],
  ['denied', UPDATE, TABLE, update(`B#acme#${DAY}`, ['ttl', 'left']), "a tenant's role has nothing to do there"],
  ['denied', UPDATE, TABLE, update('R#primary#main', ['tat', 'stopped']), "a tenant's role has nothing to do there"],
])

const [alertsNeeds, alertsMayNot] = ['allowed', 'denied'].map((expected) => (action, context, why) => [expected, action, TABLE, context, why])
const twoCampaigns = rows(granted('alerts'), [
  alertsNeeds(GET, read('G#alerts'), 'the grant'),
  alertsNeeds(GET, read('K#codes'), 'one campaign'),
  alertsNeeds(GET, read('K#offers'), 'the other'),
  alertsNeeds(GET, read('B#globex'), "their brand"),
  alertsNeeds(UPDATE, update('L#alerts#a-1', OPENED), 'claims a request'),
  alertsNeeds(UPDATE, update(`C#alerts#${DAY}`, ['ttl', 'ceiling:globex'], 'ALL_NEW'), 'takes of its budget'),
  alertsNeeds(UPDATE, update(`B#globex#${DAY}`, ['ttl', 'left'], 'ALL_NEW'), 'takes of the pool'),
  alertsNeeds(UPDATE, update('R#campaign#codes', ['tat', 'stopped'], 'UPDATED_NEW'), 'one clock'),
  alertsNeeds(UPDATE, update('R#campaign#offers', ['tat', 'stopped'], 'UPDATED_NEW'), 'the other'),
  alertsNeeds(UPDATE, update('R#primary#main', ['tat', 'stopped'], 'UPDATED_NEW'), "the primary's"),
  alertsMayNot(GET, read('K#order-updates'), 'a campaign that it has no part in'),
  alertsMayNot(GET, PLAIN, 'a read without a key that could be judged'),
  alertsMayNot('dynamodb:DeleteItem', read('L#alerts#a-1'), 'a ledger that forgets sends twice'),
  alertsMayNot('dynamodb:DeleteItem', read('G#alerts'), 'no limits at all'),
  alertsMayNot('dynamodb:DeleteItem', read(`B#globex#${DAY}`), 'a pool that begins anew'),
  alertsMayNot('dynamodb:DeleteItem', update('R#campaign#codes', ['tat']), 'a clock that begins anew'),
  alertsMayNot(UPDATE, update('L#checkout#order-1', OPENED), "another grant's ledger"),
  alertsMayNot(UPDATE, update('R#campaign#order-updates', ['tat', 'stopped']), "another campaign's clock"),
  alertsMayNot(UPDATE, update(`B#globex#${DAY}`, ['left', 'recounted']), 'hides a pool from the recount'),
  alertsMayNot(UPDATE, update('R#campaign#codes', ['tat', 'note']), 'leaves something on a clock'),
])

export default [...needed, ...others, ...limits, ...operations, ...ofHub, ...twoCampaigns]
