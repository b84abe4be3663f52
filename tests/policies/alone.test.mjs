// A primary without an organization asks nobody for one: each grant's stack lets its own account onto the hub's bus.

import { test } from 'node:test'
import assert from 'node:assert/strict'

import { isOfBus, variants } from './variants.mjs'

const [within, alone] = variants.map(({ documents }) => documents)
const names = (documents) => documents.filter(isOfBus).map(({ name }) => name)

test("one policy says who may use the hub's bus, the organization's or the grant's", () => {
  assert.deepEqual(names(within), ['tendlc-primary OrganizationSenders resource'])
  assert.deepEqual(names(alone), ['tendlc-grant-newsletter EventSenders resource'])
})

test('trusts ask for the organization where it is known, and nothing else changes', () => {
  const rest = (documents) => documents.filter((document) => !isOfBus(document))
  const unasked = JSON.stringify(rest(within), (key, value) => (key === 'aws:PrincipalOrgID' ? undefined : value))
  assert.deepEqual(JSON.parse(unasked), rest(alone))
})
