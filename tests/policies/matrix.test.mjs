// Each role can do what it needs and nothing else: every row of the matrix is decided as it says.

import { test } from 'node:test'
import assert from 'node:assert/strict'

import { concerned, decide } from './authorizer.mjs'
import { foreign } from './foreign.mjs'
import { describe } from './rows/row.mjs'
import { variants } from './variants.mjs'

for (const { where, documents, rows } of variants) {
  for (const row of rows) {
    test(`${where}${describe(row)}`, async () => {
      assert.equal(await decide(concerned([...documents, ...foreign], row), row), row.expected)
    })
  }
}
