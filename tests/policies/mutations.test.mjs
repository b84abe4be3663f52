// Each statement is needed and enough: whatever is taken away from the policies, or written more loosely, is noticed by a row
// of the matrix. What nobody notices is not needed, or the matrix lacks a row.

import { test } from 'node:test'
import assert from 'node:assert/strict'

import { concerned, decide } from './authorizer.mjs'
import { foreign } from './foreign.mjs'
import { mutants } from './mutations.mjs'
import { describe } from './rows/row.mjs'
import { variants } from './variants.mjs'

const NO_OTHER_SAYS_A_SOURCE = 'on a bus nothing but PutEvents says a source or a detail-type'
const NO_OTHER_IS_TRUSTED = 'the trust takes sts:AssumeRole and nothing else'

/** What nobody can notice, and why it does no harm. */
const HARMLESS = {
  'tendlc-grant EventSenders resource: statement 1 for any action': NO_OTHER_SAYS_A_SOURCE,
  'tendlc-primary OrganizationSenders resource: statement 1 for any action': NO_OTHER_SAYS_A_SOURCE,
  'tendlc-primary ProbeHealthRole-tendlc permissions: Assume for any action': NO_OTHER_IS_TRUSTED,
  'tendlc-primary ProbeHealthRole-tendlc permissions: Tell for any action': NO_OTHER_SAYS_A_SOURCE,
  'tendlc-primary SendRole-tendlc permissions: Assume for any action': NO_OTHER_IS_TRUSTED,
  'tendlc-primary SendRole-tendlc permissions: Outcomes for any action': NO_OTHER_SAYS_A_SOURCE,
  'tendlc-primary SettleReceiptRole-tendlc permissions: Outcomes for any action': NO_OTHER_SAYS_A_SOURCE,
  'tendlc-secondary FunctionRole-tendlc permissions: Assume for any action': NO_OTHER_IS_TRUSTED,
  'tendlc-secondary FunctionRole-tendlc permissions: Outcomes for any action': NO_OTHER_SAYS_A_SOURCE,
  'tendlc-secondary OutcomeSenders resource: statement 1 for any action': NO_OTHER_SAYS_A_SOURCE,
  'tendlc-tenant OutcomeSenders resource: statement 1 for any action': NO_OTHER_SAYS_A_SOURCE,
}

function groupBy(list, key) {
  const groups = new Map()
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one])
  return groups
}

const service = (action) => action.split(':')[0]

/** The first row that is decided otherwise, now that some documents are others. */
async function noticedBy(mutated, rows, documents) {
  const changed = new Map(mutated.map(({ document, policy }) => [document, policy]))
  const services = new Set(mutated.flatMap(({ statement }) => [statement.Action].flat().map(service)))
  for (const row of rows.filter(({ action }) => services.has(service(action)))) {
    const concerning = concerned(documents, row)
    if (!concerning.some((document) => changed.has(document))) continue
    const now = concerning
      .map((document) => (changed.has(document) ? { ...document, policy: changed.get(document) } : document))
      .filter(({ policy }) => policy)
    if ((await decide(now, row)) !== row.expected) return row
  }
}

for (const { where, documents: rendered, judged, rows: matrix } of variants) {
  const documents = [...rendered, ...foreign]
  // A row that is decided wrongly is the other test's to tell; here it would notice what mends it.
  const right = []
  for (const row of matrix) if ((await decide(concerned(documents, row), row)) === row.expected) right.push(row)

  // What comes of the same lines of a template is mutated together: they are needed if one of their stacks needs them.
  for (const [origin, siblings] of groupBy(judged, ({ origin }) => origin)) {
    const all = siblings.flatMap((document) => [...mutants(document)].map((mutant) => ({ document, ...mutant })))
    test(`${where}${origin}: all of it is needed, and enough`, async () => {
      const rows = right.filter((row) => concerned(siblings, row).length > 0)
      const unnoticed = []
      const harmless = new Set(Object.keys(HARMLESS).filter((name) => name.startsWith(`${origin}: `)))
      for (const [what, mutated] of groupBy(all, ({ what }) => what)) {
        const row = await noticedBy(mutated, rows, documents)
        if (row) console.log(`${where}${origin} | ${what} | ${describe(row)}`)
        else if (!harmless.delete(`${origin}: ${what}`)) unnoticed.push(what)
      }
      assert.deepEqual(unnoticed, [], 'nobody notices these')
      assert.deepEqual([...harmless], [], 'these are noticed, and need no excuse')
    })
  }
}
