// All that can be taken away from a policy, and all that it could be widened by: one thing at a time.

const list = (value) => (Array.isArray(value) ? value : [value])

/** The value without its place, or `undefined` where it is the only one. */
const without = (value, place) => (list(value).length > 1 ? list(value).filter((_, at) => at !== place) : undefined)

function* ofList(statement, element, what) {
  for (const [place, value] of list(statement[element] ?? []).entries()) {
    const rest = without(statement[element], place)
    if (rest) yield [`${what} ${value}`, { ...statement, [element]: rest }]
  }
}

function* ofPrincipals(statement) {
  if (typeof statement.Principal !== 'object') return
  for (const [type, values] of Object.entries(statement.Principal)) {
    for (const [place, value] of list(values).entries()) {
      const rest = without(values, place)
      if (rest) yield [`the principal ${value}`, { ...statement, Principal: { ...statement.Principal, [type]: rest } }]
    }
  }
}

function* ofConditions(statement) {
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      const { [key]: _, ...others } = keys
      const { [operator]: __, ...rest } = statement.Condition
      const Condition = Object.keys(others).length > 0 ? { ...rest, [operator]: others } : rest
      yield [`${operator} ${key}`, { ...statement, Condition }]
      for (const [place, value] of list(values).entries()) {
        const left = without(values, place)
        const narrowed = { ...statement.Condition, [operator]: { ...keys, [key]: left } }
        if (left) yield [`${key} ${value}`, { ...statement, Condition: narrowed }]
      }
    }
  }
}

/** What an Allow could say more loosely: any action of the service, any resource. */
function* wider(statement, kind) {
  // What else a trust could let somebody do is asked with the same request, which the simulator has no way to say.
  if (statement.Effect !== 'Allow' || kind === 'trust') return
  const services = [...new Set(list(statement.Action).map((action) => action.split(':')[0]))]
  yield ['any action', { ...statement, Action: services.map((service) => `${service}:*`) }]
  // A policy on a resource is about that resource, whatever it says there.
  if (statement.Principal) return
  const { NotResource, ...rest } = statement
  if (NotResource || list(statement.Resource).some((resource) => resource !== '*')) {
    yield ['any resource', { ...rest, Resource: '*' }]
  }
}

/** Every mutant of a document: what was done to which statement, and the policy then; without any there is none. */
export function* mutants({ kind, policy }) {
  const statements = list(policy.Statement)
  const replaced = (place, statement) => ({ ...policy, Statement: statements.with(place, statement) })
  for (const [place, statement] of statements.entries()) {
    const sid = statement.Sid ?? `statement ${place + 1}`
    const rest = statements.filter((_, at) => at !== place)
    yield { what: `without ${sid}`, statement, policy: rest.length > 0 ? { ...policy, Statement: rest } : undefined }
    const narrower = [
      ...ofList(statement, 'Action', 'the action'),
      ...ofList(statement, 'Resource', 'the resource'),
      ...ofPrincipals(statement),
      ...ofConditions(statement),
    ]
    for (const [what, mutant] of narrower) {
      yield { what: `${sid} without ${what}`, statement, policy: replaced(place, mutant) }
    }
    for (const [what, mutant] of wider(statement, kind)) {
      yield { what: `${sid} for ${what}`, statement, policy: replaced(place, mutant) }
    }
  }
}
