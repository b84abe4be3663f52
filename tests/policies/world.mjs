// What `tendlc.toml` beside this file makes, by name: the accounts, and the ARNs that the tests ask about.

export const REGION = 'us-east-1'
/** The same in a Region where nothing of tendlc's is. */
export const elsewhere = (arn) => arn.replace(`:${REGION}:`, ':eu-west-1:')
export const ORGANIZATION = 'o-a1b2c3d4e5'
export const OTHER_ORGANIZATION = 'o-z9y8x7w6v5'

export const PRIMARY = '111111111111'
/** The spoke of the grant `checkout`. */
export const SECONDARY = '222222222222'
/** The hub's tenant: the grant `newsletter`. */
export const TENANT = '333333333333'
/** The spoke of the grant `alerts`: of the same organization, with a grant of its own. */
export const NEIGHBOUR = '555555555555'
/** Of the same organization, and of no grant. */
export const COLLEAGUE = '666666666666'
/** Of no grant and another organization. */
export const STRANGER = '444444444444'

export const IN_ORGANIZATION = [PRIMARY, SECONDARY, TENANT, NEIGHBOUR, COLLEAGUE]

const arn = (service, account, resource) => `arn:aws:${service}:${REGION}:${account}:${resource}`

export const role = (account, name) => `arn:aws:iam::${account}:role/${name}`
export const queue = (account, name) => arn('sqs', account, name)
export const bus = (account, name) => arn('events', account, `event-bus/${name}`)
export const rule = (account, name) => arn('events', account, `rule/${name}`)
export const topic = (account, name) => arn('sns', account, name)
export const lambda = (account, name) => arn('lambda', account, `function:${name}`)
export const schedule = (account, name) => arn('scheduler', account, `schedule/default/${name}`)
export const sms = (account, resource) => arn('sms-voice', account, resource)
export const logs = (account, name) => arn('logs', account, `log-group:/aws/lambda/${name}:log-stream:2026/11/20/[$LATEST]1`)
export const bucket = (account) => `arn:aws:s3:::tendlc-code-${account}-${REGION}`

export const HUB_BUS = bus(PRIMARY, 'tendlc')

export const TABLE = arn('dynamodb', PRIMARY, 'table/tendlc')
/** What a spoke's probe found last. */
export const HEALTH = arn('dynamodb', SECONDARY, 'table/tendlc-health')
export const OTHER_TABLE = arn('dynamodb', PRIMARY, 'table/payroll')

export const GRANTS = {
  checkout: { account: SECONDARY, role: role(PRIMARY, 'tendlc-grant-checkout'), externalId: 'checkout-5c1f0e6a' },
  newsletter: { account: TENANT, role: role(PRIMARY, 'tendlc-grant-newsletter'), externalId: 'newsletter-9d42b7c3' },
  alerts: { account: NEIGHBOUR, role: role(PRIMARY, 'tendlc-grant-alerts'), externalId: 'alerts-2b8e41d9' },
}

const hex = (first) => `${first}123456789abcdef0123456789abcdef`

/** Of the campaign order-updates, which checkout and newsletter send on. */
export const NUMBER = sms(PRIMARY, `phone-number/phone-${hex(0)}`)
export const SET = sms(PRIMARY, 'configuration-set/tendlc-order-updates')
export const REGISTRATION = sms(PRIMARY, `registration/registration-${hex(0)}`)
/** Of the campaign codes, which alerts sends on through SNS. */
export const SNS_NUMBER = sms(PRIMARY, `phone-number/phone-${hex(1)}`)
export const SNS_REGISTRATION = sms(PRIMARY, `registration/registration-${hex(1)}`)
/** Of the campaign offers, which alerts sends on from a pool. */
export const POOL = sms(PRIMARY, `pool/pool-${hex(2)}`)
export const POOL_SET = sms(PRIMARY, 'configuration-set/tendlc-offers')
export const POOL_REGISTRATION = sms(PRIMARY, `registration/registration-${hex(2)}`)
/** What the probe sends from: it reaches nobody. */
export const SIMULATOR = sms(PRIMARY, `phone-number/phone-${hex(5)}`)
/** The primary's too, and of no campaign of tendlc's. */
export const OTHER_NUMBER = sms(PRIMARY, `phone-number/phone-${hex(9)}`)
export const OTHER_REGISTRATION = sms(PRIMARY, `registration/registration-${hex(9)}`)

/** A Publish to a phone number names no resource, and AWS asks for all. */
export const A_PHONE = '*'

export const DAY = '2026-11-20'
export const MONTH = '2026-11'
