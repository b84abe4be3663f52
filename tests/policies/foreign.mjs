// What lets everybody in, and is none of tendlc's: somebody else's mistake. Nothing but a role's own policy keeps it from these.

import { STRANGER, bus, queue, role, topic } from './world.mjs'

export const OPEN_ROLE = role(STRANGER, 'lets-everybody-in')
export const OPEN_QUEUE = queue(STRANGER, 'takes-everything')
export const OPEN_BUS = bus(STRANGER, 'takes-everything')
export const OPEN_TOPIC = topic(STRANGER, 'takes-everything')

const open = (resource, actions, kind = 'resource') => ({
  name: `${resource} for everybody`,
  kind,
  of: [resource],
  policy: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: actions, ...(kind === 'resource' && { Resource: resource }) }],
  },
})

export const foreign = [
  open(OPEN_ROLE, 'sts:AssumeRole', 'trust'),
  open(OPEN_QUEUE, 'sqs:*'),
  open(OPEN_BUS, 'events:*'),
  open(OPEN_TOPIC, 'sns:*'),
]
