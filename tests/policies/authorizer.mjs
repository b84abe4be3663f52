// Decides a request by the documents that concern it, with an IAM simulator.
//
// The simulator knows AWS's actions, resources and condition keys, and both sides of a request from another account. It does
// not know sessions' lengths, what DynamoDB puts into a request's context, and what an action asks of several resources at
// once: requests here say what AWS would say, and each resource is asked about by itself.

import { runSimulation } from '@cloud-copilot/iam-simulate'

import { almighty } from './callers.mjs'
import { PRIMARY, role } from './world.mjs'

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

const isOf = (document, resource) => document.of.some((of) => of === resource || resource.startsWith(`${of}/`))

/** The documents that have a say in a request. */
export function concerned(documents, { caller, action, resource }) {
  const onResource = action === 'sts:AssumeRole' ? 'trust' : 'resource'
  return documents.filter(
    (document) =>
      (document.kind === 'permissions' && !caller.almighty && document.of.includes(caller.role)) ||
      (document.kind === onResource && isOf(document, resource)),
  )
}

const inAccount = (resource, caller) => resource.split(':')[4] || /-(\d{12})-/.exec(resource)?.[1] || caller.account

const simulate = ({ caller, action, resource, context = {} }, identityPolicies, resourcePolicy) =>
  runSimulation(
    {
      request: {
        principal: caller.principal,
        action,
        resource: { resource, accountId: inAccount(resource, caller) },
        contextVariables: { ...caller.context, ...context },
      },
      identityPolicies,
      resourcePolicy,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  )

/** `allowed` or `denied`, by these documents. */
export async function decide(documents, request) {
  const { caller, action, resource } = request
  const own = documents.filter((document) => document.kind === 'permissions')
  const theirs = documents.filter((document) => document.kind !== 'permissions')
  const statements = theirs.flatMap((document) => [document.policy.Statement].flat())
  const answer = await simulate(
    request,
    caller.almighty ? [{ name: 'everything', policy: EVERYTHING }] : own.map(({ policy }, place) => ({ name: `${place}`, policy })),
    statements.length > 0 ? { Version: '2012-10-17', Statement: statements } : undefined,
  )
  if (answer.resultType === 'error') throw new Error(`${action} on ${resource}: ${JSON.stringify(answer.errors)}`)
  const ignored = [answer.result, ...(answer.results ?? [])].flatMap((result) => result?.ignoredContextKeys ?? [])
  // A key that AWS does not send with this action would make the row mean something else than it says.
  if (ignored.length > 0) throw new Error(`${action} has no ${ignored.join(', ')}`)
  return answer.overallResult === 'Allowed' ? 'allowed' : 'denied'
}

const NOBODY = almighty(PRIMARY, 'nobody')

/** Whether AWS has an action of this name. */
export async function actionExists(action) {
  const answer = await simulate({ caller: NOBODY, action, resource: '*' }, [])
  return !['invalid.action', 'invalid.service'].includes(answer.errors?.message)
}

/** Whether AWS says this of a request, so that a condition can ask for it. */
export async function sentWith(action, resource = role(PRIMARY, 'any'), key) {
  const answer = await simulate({ caller: NOBODY, action, resource, context: { [key]: 'x' } }, [])
  return [answer.result, ...(answer.results ?? [])].every((result) => !result?.ignoredContextKeys.includes(key))
}
