// What every policy keeps to, whatever it is about.

import { test } from 'node:test'
import assert from 'node:assert/strict'

import { actionExists, sentWith } from './authorizer.mjs'
import { readRendered } from './rendered.mjs'

const list = (value) => (value === undefined ? [] : [value].flat())

for (const { name, kind, policy } of readRendered()) {
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
      assert.equal(statement.NotPrincipal, undefined)
      assert.doesNotMatch(JSON.stringify(statement.Principal ?? {}), /"\*"/)
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

for (const kind of Object.keys(MOST)) {
  const sizes = new Map()
  for (const { of, policy, ...document } of readRendered()) {
    if (document.kind !== kind) continue
    for (const whose of of) sizes.set(whose, (sizes.get(whose) ?? 0) + JSON.stringify(policy).length)
  }
  for (const [whose, size] of sizes) {
    test(`${whose}: its ${kind} policies are short enough`, () => assert.ok(size <= MOST[kind], `${size} of ${MOST[kind]}`))
  }
}
