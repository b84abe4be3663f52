// The whole matrix.

import code from './code.mjs'
import grantSend from './grant-send.mjs'
import grantTable from './grant-table.mjs'
import hub from './hub.mjs'
import jobs from './jobs.mjs'
import receipts from './receipts.mjs'
import sns from './sns.mjs'
import spoke from './spoke.mjs'
import tenant from './tenant.mjs'
import trust from './trust.mjs'

export const matrix = [
  ...trust, ...grantTable, ...grantSend, ...sns, ...spoke, ...hub, ...tenant, ...receipts, ...jobs, ...code,
]
