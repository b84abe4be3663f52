// Unless a primary lets in its organization, each grant's stack lets its own account onto the hub's bus; unless it has a
// simulator number, its probe may send nothing.

import { test } from 'node:test'
import assert from 'node:assert/strict'

import { isOfBus, variants } from './variants.mjs'

const [within, alone] = variants.map(({ documents }) => documents)
const names = (documents) => documents.filter(isOfBus).map(({ name }) => name)

test("one policy says who may use the hub's bus, the organization's or the grant's", () => {
  assert.deepEqual(names(within), ['tendlc-primary OrganizationSenders resource'])
  assert.deepEqual(names(alone), ['tendlc-grant-newsletter EventSenders resource'])
})

const simulates = ({ Sid }) => Sid === 'Simulate'
const sends = ({ Action }) => [Action].flat().includes('sms-voice:SendTextMessage')

test('one statement lets the probe send, and it is not there without a simulator', () => {
  const ofProbe = (documents) =>
    documents.find(({ name }) => name === 'tendlc-primary ProbeHealthRole-tendlc permissions').policy.Statement.filter(sends)
  assert.deepEqual(ofProbe(within).map(({ Sid }) => Sid), ['Simulate'])
  assert.deepEqual(ofProbe(alone), [])
})

test('and nothing else changes with these', () => {
  const statements = ({ Statement }) => [Statement].flat().filter((one) => !simulates(one))
  const without = ({ policy, ...document }) => ({ ...document, policy: { ...policy, Statement: statements(policy) } })
  const rest = (documents) => documents.filter((document) => !isOfBus(document)).map(without)
  assert.deepEqual(rest(within), rest(alone))
})
