// What is decided by what: all of the configuration as it is, and once more the hub's bus where the primary does not let in
// its organization, and the probe's texts where it has no simulator. The folder TENDLC_RENDERED_ALONE is the same
// configuration, rendered without those lines.

import { readRendered } from './rendered.mjs'
import { matrix, matrixAlone } from './rows/index.mjs'
import { HUB_BUS } from './world.mjs'

const documents = readRendered()
const alone = readRendered('TENDLC_RENDERED_ALONE')
export const isOfBus = ({ of }) => of.includes(HUB_BUS)

/** By which documents the rows are decided, and which of them are judged. */
export const variants = [
  { where: '', documents, judged: documents, rows: matrix },
  { where: 'alone, ', documents: alone, judged: alone.filter(isOfBus), rows: matrixAlone },
]
