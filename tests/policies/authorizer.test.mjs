// The simulator decides as AWS does where these tests lean on it.

import { test } from 'node:test'
import assert from 'node:assert/strict'

import { decide } from './authorizer.mjs'
import { almighty, service, session } from './callers.mjs'
import { PRIMARY, SECONDARY, TABLE, bus, queue, role } from './world.mjs'

const caller = session(SECONDARY, 'worker', 'any-name')
const document = (kind, ...statements) => ({ kind, of: [], policy: { Version: '2012-10-17', Statement: statements } })
const allow = (Action, Resource, Condition = {}) => ({ Effect: 'Allow', Action, Resource, Condition })
const trust = (AWS, Condition = {}) => ({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', Condition })
const root = (account) => `arn:aws:iam::${account}:root`

function decides(name, expected, request, ...documents) {
  test(name, async () => assert.equal(await decide(documents, { caller, ...request }), expected))
}

const ROLE = role(PRIMARY, 'target')
const assume = { action: 'sts:AssumeRole', resource: ROLE }
const mayAssume = document('permissions', allow('sts:AssumeRole', ROLE))
decides('another account needs both sides', 'allowed', assume, mayAssume, document('trust', trust(root(SECONDARY))))
decides('the trust alone is not enough', 'denied', assume, document('trust', trust(root(SECONDARY))))
decides("the caller's policy alone is not enough", 'denied', assume, mayAssume)
decides(
  'a trust is asked in the same account, too',
  'denied',
  { ...assume, caller: almighty(PRIMARY) },
  document('trust', trust(root(SECONDARY))),
)
decides(
  "a session's principal is its role",
  'allowed',
  assume,
  mayAssume,
  document('trust', trust(root(SECONDARY), { ArnEquals: { 'aws:PrincipalArn': caller.role } })),
)
decides(
  "and not the session's own ARN",
  'denied',
  assume,
  mayAssume,
  document('trust', trust(root(SECONDARY), { ArnEquals: { 'aws:PrincipalArn': caller.principal } })),
)
decides(
  'a key that is not there equals nothing',
  'denied',
  assume,
  mayAssume,
  document('trust', trust(root(SECONDARY), { StringEquals: { 'sts:ExternalId': 'known' } })),
)

const none = { action: 'dynamodb:UpdateItem', resource: TABLE, caller: session(PRIMARY, 'worker') }
const keys = (...values) => ({ ...none, context: { 'dynamodb:LeadingKeys': values } })
const own = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['L#mine#*'] } }
const mayUpdate = (condition) => document('permissions', allow('dynamodb:UpdateItem', TABLE, condition))
decides('a pattern holds for what begins so', 'allowed', keys('L#mine#1'), mayUpdate(own))
decides('and for nothing that begins like it', 'denied', keys('L#mine-2#1'), mayUpdate(own))
decides('ForAllValues: one that is another spoils all', 'denied', keys('L#mine#1', 'L#yours#1'), mayUpdate(own))
decides('ForAllValues holds for none at all', 'allowed', none, mayUpdate(own))
decides('which Null stops', 'denied', none, mayUpdate({ ...own, Null: { 'dynamodb:LeadingKeys': 'false' } }))
decides(
  'Null lets what has a key through',
  'allowed',
  keys('L#mine#1'),
  mayUpdate({ ...own, Null: { 'dynamodb:LeadingKeys': 'false' } }),
)
decides(
  'a refusal comes before every permission',
  'denied',
  keys('L#mine#1'),
  mayUpdate(own),
  document('permissions', { Effect: 'Deny', Action: '*', Resource: '*' }),
)

const BUS = bus(PRIMARY, 'default')
const put = (...sources) => ({
  action: 'events:PutEvents',
  resource: BUS,
  caller: session(PRIMARY, 'worker'),
  context: { 'events:source': sources },
})
const mayPut = (operator) =>
  document('permissions', allow('events:PutEvents', BUS, { [operator]: { 'events:source': 'tendlc' } }))
decides('of several sources all must be ours', 'denied', put('tendlc', 'shop'), mayPut('ForAllValues:StringEquals'))
decides('any of them is too few', 'allowed', put('tendlc', 'shop'), mayPut('ForAnyValue:StringEquals'))
// AWS lists the key as one of several values, for which an operator without ForAllValues is not defined.
decides('an operator for one value is not for a list', 'denied', put('tendlc'), mayPut('StringEquals'))

const QUEUE = queue(PRIMARY, 'any')
const fromTopic = (source) => ({ action: 'sqs:SendMessage', resource: QUEUE, caller: service('sns', source) })
const ours = `arn:aws:sns:us-east-1:${PRIMARY}:ours`
const takes = document('resource', {
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: QUEUE,
  Condition: { ArnEquals: { 'aws:SourceArn': ours } },
})
decides('a service is let in for one source', 'allowed', fromTopic(ours), takes)
decides('and for no other', 'denied', fromTopic(ours.replace(PRIMARY, SECONDARY)), takes)

test('a request with a key that AWS does not send is no row', async () => {
  const request = { caller, action: 'sqs:SendMessage', resource: QUEUE, context: { 'dynamodb:LeadingKeys': ['x'] } }
  await assert.rejects(decide([], request), /sqs:SendMessage has no dynamodb:LeadingKeys/)
})
