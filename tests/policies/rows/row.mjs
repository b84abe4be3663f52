// A row of the matrix: who asks for what, with what in the request, what is decided, and why that is right.

/** Rows of one caller, each `[expected, action, resource, context, why]`. */
export const rows = (caller, list) =>
  list.map(([expected, action, resource, context, why]) => ({ caller, expected, action, resource, context, why }))

/** Nothing in the request that a condition could ask for. */
export const PLAIN = {}

/** A read of whole items. */
export const read = (...keys) => ({ 'dynamodb:LeadingKeys': keys })

/** An update of one item that touches these attributes, its key's among them. */
export const update = (key, attributes, returns = 'NONE') => ({
  'dynamodb:LeadingKeys': [key],
  'dynamodb:Attributes': ['pk', ...attributes],
  'dynamodb:ReturnValues': returns,
})

/** The same as a part of a transaction: each item is decided by itself. */
export const inTransaction = (key, attributes) => ({
  'dynamodb:LeadingKeys': [key],
  'dynamodb:Attributes': ['pk', ...attributes],
  'dynamodb:EnclosingOperation': 'TransactWriteItems',
})

/** Assuming a role. */
export const as = (sessionName, externalId) => ({
  'sts:RoleSessionName': sessionName,
  ...(externalId && { 'sts:ExternalId': externalId }),
})

/** Putting events of these sources. */
export const events = (sources, detailType) => ({
  ...(sources && { 'events:source': [sources].flat() }),
  ...(detailType && { 'events:detail-type': [detailType].flat() }),
  'events:eventBusInvocation': 'false',
})

export function describe({ expected, caller, action, resource, context, why }) {
  const where = resource.split(':').slice(4).join(':') || resource
  const which = context['dynamodb:LeadingKeys']?.join(' ')
  return `${expected}: ${caller.name} ${action} ${where}${which ? ` ${which}` : ''}: ${why}`
}
