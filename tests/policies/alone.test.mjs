// Unless a primary lets in its organization, each grant's stack lets its own account onto the hub's bus.

import { test } from 'node:test'
import assert from 'node:assert/strict'

import { isOfBus, variants } from './variants.mjs'

const [within, alone] = variants.map(({ documents }) => documents)
const names = (documents) => documents.filter(isOfBus).map(({ name }) => name)

test("one policy says who may use the hub's bus, the organization's or the grant's", () => {
  assert.deepEqual(names(within), ['tendlc-primary OrganizationSenders resource'])
  assert.deepEqual(names(alone), ['tendlc-grant-newsletter EventSenders resource'])
})

test('and nothing else changes with that', () => {
  const rest = (documents) => documents.filter((document) => !isOfBus(document))
  assert.deepEqual(rest(within), rest(alone))
})
