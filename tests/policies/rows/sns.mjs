// The number of a campaign that goes through SNS, which AWS's SNS sends from.

import { almighty, service } from '../callers.mjs'
import { NUMBER, PRIMARY, SNS_NUMBER, STRANGER } from '../world.mjs'
import { PLAIN, rows } from './row.mjs'

const SEND = 'sms-voice:SendTextMessage'
const sns = (account) => service('sns', undefined, account)

export default [
  ...rows(sns(PRIMARY), [
    ['allowed', SEND, SNS_NUMBER, PLAIN, 'a Publish of ours'],
    ['denied', SEND, NUMBER, PLAIN, 'a number whose campaign does not go through SNS'],
    ['denied', 'sms-voice:SendMediaMessage', SNS_NUMBER, PLAIN, 'texts and nothing else'],
    ['denied', 'sms-voice:ReleasePhoneNumber', SNS_NUMBER, PLAIN, 'texts and nothing else'],
  ]),
  ...rows(sns(STRANGER), [['denied', SEND, SNS_NUMBER, PLAIN, "a Publish of another account's names our number"]]),
  ...rows(sns(undefined), [['denied', SEND, SNS_NUMBER, PLAIN, 'a Publish of nobody knows whose']]),
  ...rows(service('pinpoint', undefined, PRIMARY), [['denied', SEND, SNS_NUMBER, PLAIN, 'Pinpoint is no channel of ours']]),
  ...rows(almighty(STRANGER), [['denied', SEND, SNS_NUMBER, PLAIN, 'the number is not shared']]),
]
