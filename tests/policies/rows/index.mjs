// The whole matrix.

import { HUB_BUS } from '../world.mjs'
import bus, { withOrganization, withoutOrganization } from './bus.mjs'
import code from './code.mjs'
import grantSend from './grant-send.mjs'
import grantTable from './grant-table.mjs'
import hub from './hub.mjs'
import jobs, { withSimulator, withoutSimulator } from './jobs.mjs'
import receipts from './receipts.mjs'
import sns from './sns.mjs'
import spoke from './spoke.mjs'
import tenant from './tenant.mjs'
import trust from './trust.mjs'

const always = [
  ...trust, ...grantTable, ...grantSend, ...sns, ...spoke, ...hub, ...bus, ...tenant, ...receipts, ...jobs, ...code,
]

export const matrix = [...always, ...withOrganization, ...withSimulator]

/** Of the hub's bus and of the probe's texts alone, where the primary lets in no organization and has no simulator. */
export const matrixAlone = [
  ...always.filter(({ resource }) => resource === HUB_BUS), ...withoutOrganization, ...withoutSimulator,
]
