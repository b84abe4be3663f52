// What a grant's role may send with, and what its probe may ask AWS about.

import { granted } from '../callers.mjs'
import {
  A_PHONE, NUMBER, OTHER_NUMBER, OTHER_REGISTRATION, POOL, POOL_REGISTRATION, POOL_SET, PRIMARY, REGISTRATION, SECONDARY, SET,
  SNS_NUMBER, SNS_REGISTRATION, bus, queue, sms, topic,
} from '../world.mjs'
import { PLAIN, events, rows } from './row.mjs'

const SEND = 'sms-voice:SendTextMessage'
const NUMBERS = 'sms-voice:DescribePhoneNumbers'
const REGISTRATIONS = 'sms-voice:DescribeRegistrations'
const VERSIONS = 'sms-voice:DescribeRegistrationVersions'
const MEMBERS = 'sms-voice:ListPoolOriginationIdentities'
const PUBLISH = 'sns:Publish'

const allowed = (action, resource, why) => ['allowed', action, resource, PLAIN, why]
const denied = (action, resource, why) => ['denied', action, resource, PLAIN, why]

const spoke = rows(granted('checkout'), [
  allowed(SEND, NUMBER, "its campaign's number"),
  allowed(SEND, SET, 'the configuration set that its receipts come by'),
  allowed(NUMBERS, NUMBER, 'the probe looks at the number'),
  allowed(REGISTRATIONS, REGISTRATION, 'the probe looks at the registration'),
  allowed(VERSIONS, REGISTRATION, 'the probe looks at its versions'),
  denied(SEND, OTHER_NUMBER, 'another number of the primary'),
  denied(SEND, SNS_NUMBER, "another campaign's number"),
  denied(SEND, POOL, "another campaign's pool"),
  denied(SEND, POOL_SET, "another campaign's configuration set"),
  denied(SEND, sms(PRIMARY, 'configuration-set/tendlc-order-updates-2'), 'a configuration set whose name begins the same'),
  denied(SEND, sms(SECONDARY, 'phone-number/phone-0123456789abcdef0123456789abcdef'), 'a number of another account'),
  denied(SEND, sms(PRIMARY, 'sender-id/ACME/US'), 'a sender id'),
  denied('sms-voice:SendMediaMessage', NUMBER, 'no function sends pictures'),
  denied('sms-voice:SendVoiceMessage', '*', 'no function calls'),
  denied('sms-voice:UpdatePhoneNumber', NUMBER, 'the number is the primary\'s to change'),
  denied('sms-voice:ReleasePhoneNumber', NUMBER, 'the number is the primary\'s to give up'),
  denied('sms-voice:PutResourcePolicy', NUMBER, 'lets others use the number'),
  denied('sms-voice:DeleteConfigurationSet', '*', 'receipts would go nowhere'),
  denied('sms-voice:PutOptedOutNumber', sms(PRIMARY, 'opt-out-list/Default'), "another's STOP"),
  denied('sms-voice:DeleteOptedOutNumber', sms(PRIMARY, 'opt-out-list/Default'), "another's STOP"),
  denied('sms-voice:SetTextMessageSpendLimitOverride', '*', "the primary's spend limit"),
  denied('sms-voice:CarrierLookup', '*', 'costs money for each'),
  denied('sms-voice:DescribeSpendLimits', '*', 'is the primary\'s to know'),
  denied(NUMBERS, OTHER_NUMBER, 'what other numbers there are'),
  denied(REGISTRATIONS, OTHER_REGISTRATION, 'what other registrations there are'),
  denied(VERSIONS, SNS_REGISTRATION, "another campaign's registration"),
  denied('sms-voice:DeleteRegistration', REGISTRATION, 'the campaign itself'),
  denied(MEMBERS, POOL, "another campaign's pool"),
  denied(PUBLISH, A_PHONE, 'none of its campaigns goes through SNS'),
  denied(PUBLISH, topic(PRIMARY, 'tendlc-receipts'), 'makes up receipts'),
  denied('sqs:SendMessage', queue(PRIMARY, 'tendlc_receipts'), 'makes up receipts'),
  denied('sqs:ReceiveMessage', queue(PRIMARY, 'tendlc_receipts'), "reads others' receipts"),
  denied('sqs:SendMessage', queue(PRIMARY, 'tendlc-newsletter'), "another grant's queue"),
  ['denied', 'events:PutEvents', bus(PRIMARY, 'default'), events('tendlc'), 'makes up events of the primary'],
  ['denied', 'events:PutEvents', bus(PRIMARY, 'tendlc'), events('shop', 'SMS Send Requested'), "asks the hub in the primary's own name"],
])

/** A tenant's functions are the hub's, whose probe has rights of its own. */
const hub = rows(granted('newsletter'), [
  allowed(SEND, NUMBER, "its campaign's number"),
  allowed(SEND, SET, 'the configuration set that its receipts come by'),
  denied(SEND, OTHER_NUMBER, 'another number of the primary'),
  denied(SEND, POOL, "another campaign's pool"),
  denied(NUMBERS, NUMBER, "the hub's probe asks for itself"),
  denied(REGISTRATIONS, REGISTRATION, "the hub's probe asks for itself"),
  denied(PUBLISH, A_PHONE, 'none of its campaigns goes through SNS'),
  denied('sqs:SendMessage', queue(PRIMARY, 'tendlc-newsletter'), 'queues are not of this role'),
])

/** One campaign goes through SNS, the other sends from a pool. */
const throughSns = rows(granted('alerts'), [
  allowed(PUBLISH, A_PHONE, 'sends a text'),
  allowed(SEND, POOL, "its campaign's pool"),
  allowed(SEND, POOL_SET, 'the configuration set that its receipts come by'),
  allowed(MEMBERS, POOL, 'the probe asks for the numbers of the pool'),
  allowed(NUMBERS, OTHER_NUMBER, "no policy can name the numbers of one pool"),
  allowed(NUMBERS, SNS_NUMBER, 'the probe looks at the number'),
  allowed(REGISTRATIONS, SNS_REGISTRATION, 'the probe looks at one registration'),
  allowed(VERSIONS, POOL_REGISTRATION, 'the probe looks at the other'),
  denied(SEND, SNS_NUMBER, 'that campaign goes through SNS, which needs no such right'),
  denied(SEND, NUMBER, "another campaign's number"),
  denied(SEND, OTHER_NUMBER, 'what may be looked at may not be sent from'),
  denied(PUBLISH, topic(PRIMARY, 'tendlc-receipts'), 'makes up receipts'),
  denied(PUBLISH, topic(PRIMARY, 'pages-somebody'), 'any topic of the primary'),
  denied('sns:SetSMSAttributes', '*', "the primary's spend limit"),
  denied('sns:OptInPhoneNumber', '*', "another's STOP"),
  denied(MEMBERS, sms(PRIMARY, 'pool/pool-9123456789abcdef0123456789abcdef'), 'any other pool'),
  denied(REGISTRATIONS, REGISTRATION, "another campaign's registration"),
  denied('sms-voice:ReleasePhoneNumber', OTHER_NUMBER, 'what may be looked at may not be given up'),
])

export default [...spoke, ...hub, ...throughSns]
