// The policies that `tendlc render` wrote to the folder TENDLC_RENDERED, of the configuration beside this file.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { REGION } from './world.mjs'

/** ARNs of what a policy belongs to, which the list may name without its account. */
function whole(of, { account, type }) {
  if (of.startsWith('arn:')) return of
  const url = /^https:\/\/sqs\.([^.]+)\.[^/]+\/(\d{12})\/(.+)$/.exec(of)
  if (url) return `arn:aws:sqs:${url[1]}:${url[2]}:${url[3]}`
  const kind = type.split('::')[1]
  if (kind === 'IAM') return `arn:aws:iam::${account}:role/${of}`
  if (kind === 'S3') return `arn:aws:s3:::${of}`
  if (kind === 'Events') return `arn:aws:events:${REGION}:${account}:event-bus/${of}`
  throw new Error(`${type} of ${of}: what is its ARN?`)
}

/** A bus's statements come one by one. */
const document = (policy) => (policy.Statement ? policy : { Version: '2012-10-17', Statement: [policy] })

/** Every document: where it is, what it is about (`of`, ARNs), and what it says. */
export function readRendered(variable = 'TENDLC_RENDERED') {
  const folder = process.env[variable]
  if (!folder) throw new Error(`set ${variable} to the folder that \`tendlc render\` wrote`)
  const list = JSON.parse(readFileSync(join(folder, 'policies.json'), 'utf8'))
  return list.map((entry) => ({
    name: `${entry.stack} ${entry.resource} ${entry.kind}`,
    // What comes of the same lines of a template: its stacks are called tendlc-TEMPLATE-WHOSE.
    origin: `${entry.stack.split('-').slice(0, 2).join('-')} ${entry.resource} ${entry.kind}`,
    account: entry.account,
    kind: entry.kind,
    of: [entry.of].flat().map((of) => whole(of, entry)),
    policy: document(JSON.parse(readFileSync(join(folder, entry.file), 'utf8'))),
  }))
}
