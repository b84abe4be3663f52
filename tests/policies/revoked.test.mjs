// A grant that is revoked can do nothing any more, in sessions that are open either, and nobody else is touched. The folder
// TENDLC_RENDERED_REVOKED is the same configuration, rendered with the grant checkout revoked.

import { test } from 'node:test'
import assert from 'node:assert/strict'

import { concerned, decide } from './authorizer.mjs'
import { granted } from './callers.mjs'
import { foreign } from './foreign.mjs'
import { readRendered } from './rendered.mjs'
import { matrix } from './rows/index.mjs'
import { describe } from './rows/row.mjs'

const before = readRendered()
const after = readRendered('TENDLC_RENDERED_REVOKED')
const { role } = granted('checkout')

test('one policy comes to the role, and nothing else changes', () => {
  const written = (documents) => documents.map(({ name, of, policy }) => JSON.stringify({ name, of, policy }))
  const added = after.filter((document) => !written(before).includes(written([document])[0]))
  assert.equal(after.length, before.length + 1)
  assert.deepEqual(added.map(({ kind, of }) => ({ kind, of })), [{ kind: 'permissions', of: [role] }])
})

for (const row of matrix.filter(({ caller, expected }) => caller.role === role && expected === 'allowed')) {
  test(`no more ${describe(row)}`, async () => {
    assert.equal(await decide(concerned([...after, ...foreign], row), row), 'denied')
  })
}

test('all others are decided as before', async () => {
  for (const row of matrix.filter(({ caller }) => caller.role !== role)) {
    const [was, is] = await Promise.all([before, after].map((documents) => decide(concerned([...documents, ...foreign], row), row)))
    assert.equal(is, was, describe(row))
  }
})
