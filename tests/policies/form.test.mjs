// What every policy keeps to, whatever it is about.

import { test } from 'node:test'
import assert from 'node:assert/strict'

import { actionExists, sentWith } from './authorizer.mjs'
import { variants } from './variants.mjs'
import { ORGANIZATION, OTHER_ORGANIZATION } from './world.mjs'

const list = (value) => (value === undefined ? [] : [value].flat())

/** What is asked of an account as a whole, and so is about no resource. */
const OF_THE_ACCOUNT = ['cloudwatch:GetMetricData', 'sms-voice:DescribeAccountAttributes', 'sms-voice:DescribeSpendLimits']

/** A star is everybody, unless AWS says of them that they are of our organization. */
const namesWhom = ({ NotPrincipal, Principal, Condition }) =>
  NotPrincipal === undefined &&
  (!JSON.stringify(Principal ?? {}).includes('"*"') || Condition?.StringEquals?.['aws:PrincipalOrgID'] === ORGANIZATION)

test('a star names nobody, unless they must be of our organization', () => {
  const ours = { 'aws:PrincipalOrgID': ORGANIZATION }
  for (const Principal of ['*', { AWS: '*' }, { AWS: ['*'] }]) {
    assert.ok(namesWhom({ Principal, Condition: { StringEquals: ours } }))
    assert.ok(!namesWhom({ Principal }))
    assert.ok(!namesWhom({ Principal, Condition: { StringEquals: { 'aws:PrincipalOrgID': OTHER_ORGANIZATION } } }))
    for (const looser of ['StringLike', 'StringEqualsIfExists', 'StringNotEquals', 'ForAllValues:StringEquals']) {
      assert.ok(!namesWhom({ Principal, Condition: { [looser]: ours } }), looser)
    }
  }
})

for (const { name, kind, policy } of variants.flatMap(({ judged }) => judged)) {
  for (const [place, statement] of list(policy.Statement).entries()) {
    const where = `${name}, ${statement.Sid ?? `statement ${place + 1}`}`
    if (statement.Effect === 'Deny') continue

    test(`${where}: names its actions, and AWS has them`, async () => {
      assert.equal(statement.NotAction, undefined)
      for (const action of list(statement.Action)) {
        assert.doesNotMatch(action, /[*?]/)
        assert.ok(await actionExists(action), action)
      }
      if (kind === 'trust') assert.deepEqual(list(statement.Action), ['sts:AssumeRole'])
    })

    test(`${where}: names whom and what it is about`, () => {
      assert.ok(namesWhom(statement), JSON.stringify(statement))
      if (list(statement.Action).every((action) => OF_THE_ACCOUNT.includes(action))) return
      for (const resource of list(statement.Resource)) assert.notEqual(resource, '*')
    })

    test(`${where}: AWS sends each of its condition keys with each of its actions`, async () => {
      const keys = Object.values(statement.Condition ?? {}).flatMap(Object.keys)
      for (const action of list(statement.Action)) {
        for (const key of keys) assert.ok(await sentWith(action, list(statement.Resource)[0], key), `${key} with ${action}`)
      }
    })
  }
}

// What IAM and the services take, without white space. More of a role's trust is to be had for asking, of the rest not.
const MOST = { trust: 2048, permissions: 10_240, resource: 10_240 }

for (const { where, judged } of variants) {
  for (const kind of Object.keys(MOST)) {
    const sizes = new Map()
    for (const { of, policy, ...document } of judged) {
      if (document.kind !== kind) continue
      for (const whose of of) sizes.set(whose, (sizes.get(whose) ?? 0) + JSON.stringify(policy).length)
    }
    for (const [whose, size] of sizes) {
      test(`${where}${whose}: its ${kind} policies are short enough`, () => assert.ok(size <= MOST[kind], `${size} of ${MOST[kind]}`))
    }
  }
}
