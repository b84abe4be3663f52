// Each role can do what it needs and nothing else: every row of the matrix is decided as it says.

import { test } from 'node:test'
import assert from 'node:assert/strict'

import { concerned, decide } from './authorizer.mjs'
import { foreign } from './foreign.mjs'
import { readRendered } from './rendered.mjs'
import { matrix } from './rows/index.mjs'
import { describe } from './rows/row.mjs'

const documents = [...readRendered(), ...foreign]

for (const row of matrix) {
  test(describe(row), async () => assert.equal(await decide(concerned(documents, row), row), row.expected))
}
