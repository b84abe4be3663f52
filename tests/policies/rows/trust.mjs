// Who may assume which role. Callers that may all in their account show that the trust alone keeps them out.

import { almighty, expelled, granted, session } from '../callers.mjs'
import { GRANTS, NEIGHBOUR, PRIMARY, SECONDARY, STRANGER, TENANT, role } from '../world.mjs'
import { PLAIN, as, rows } from './row.mjs'

const ASSUME = 'sts:AssumeRole'
const CHECKOUT = GRANTS.checkout
const NEWSLETTER = GRANTS.newsletter
const ALERTS = GRANTS.alerts

/** All that the trust of a grant's role asks for. */
const of = (grant, name = 'send-queue') => as(`tendlc-${grant}-${name}`, GRANTS[grant].externalId)
const right = of('checkout')

export default [
  ...rows(session(SECONDARY, 'tendlc-send'), [
    ['allowed', ASSUME, CHECKOUT.role, right, 'a spoke takes its queue'],
    ['allowed', ASSUME, CHECKOUT.role, of('checkout', 'send-event'), 'a spoke takes an event'],
    ['allowed', ASSUME, CHECKOUT.role, of('checkout', 'probe-health'), 'a spoke probes'],
    ['denied', ASSUME, CHECKOUT.role, as('tendlc-checkout-send-queue', ALERTS.externalId), "another grant's external id"],
    ['denied', ASSUME, CHECKOUT.role, as('tendlc-checkout-send-queue'), 'no external id'],
    ['denied', ASSUME, CHECKOUT.role, as('laptop', CHECKOUT.externalId), 'a session that does not say whose it is'],
    ['denied', ASSUME, CHECKOUT.role, as('tendlc-alerts-send-queue', CHECKOUT.externalId), 'a session in the name of another grant'],
    ['denied', 'sts:TagSession', CHECKOUT.role, PLAIN, 'no tags travel with a session'],
    ['denied', 'sts:SetSourceIdentity', CHECKOUT.role, PLAIN, 'nobody speaks for another'],
    ['denied', ASSUME, ALERTS.role, of('alerts'), 'the role of another grant'],
    ['denied', ASSUME, role(PRIMARY, 'tendlc-send'), as('tendlc-checkout-send-queue'), "the hub's own role"],
    ['denied', ASSUME, role(PRIMARY, 'administrator'), as('tendlc-checkout-send-queue'), 'any other role of the primary'],
  ]),
  ...rows(almighty(SECONDARY, 'tendlc-send'), [
    ['denied', ASSUME, ALERTS.role, of('alerts'), 'the trust stops it too'],
    ['denied', 'sts:TagSession', CHECKOUT.role, PLAIN, 'the trust takes no tags'],
    ['denied', 'sts:SetSourceIdentity', CHECKOUT.role, PLAIN, 'the trust takes no identity'],
  ]),
  ...rows(almighty(SECONDARY, 'developer'), [
    ['denied', ASSUME, CHECKOUT.role, right, 'another role of the right account, with all that it must know'],
    ['denied', ASSUME, role(SECONDARY, 'tendlc-send'), as('laptop'), "a function's own role, from beside it"],
  ]),
  ...rows(almighty(STRANGER, 'tendlc-send'), [
    ['denied', ASSUME, CHECKOUT.role, right, 'a role of the right name in another account'],
  ]),
  ...rows(almighty(NEIGHBOUR, 'tendlc-send'), [
    ['denied', ASSUME, CHECKOUT.role, right, 'another grant of the same organization'],
  ]),
  ...rows(expelled(SECONDARY, 'tendlc-send'), [
    ['denied', ASSUME, CHECKOUT.role, right, 'an account that has left the organization'],
  ]),
  ...rows(granted('checkout'), [
    ['denied', ASSUME, CHECKOUT.role, right, 'a chained session renews itself for ever'],
    ['denied', ASSUME, ALERTS.role, of('alerts'), 'a chained session goes on to another grant'],
    ['denied', ASSUME, role(PRIMARY, 'tendlc-send'), as('x1'), 'a chained session goes on to the hub'],
  ]),
  ...rows(almighty(PRIMARY, 'tendlc-grant-checkout'), [
    ['denied', ASSUME, CHECKOUT.role, right, 'the trust stops a chained session, too'],
    ['denied', ASSUME, NEWSLETTER.role, of('newsletter'), 'a chained session, in an account that the trust names'],
  ]),
  ...rows(session(PRIMARY, 'tendlc-send'), [
    ['allowed', ASSUME, NEWSLETTER.role, of('newsletter'), "the hub takes a tenant's queue"],
    ['denied', ASSUME, NEWSLETTER.role, as('tendlc-newsletter-send-queue', CHECKOUT.externalId), "another grant's external id"],
    ['denied', ASSUME, NEWSLETTER.role, as('tendlc-newsletter-send-queue'), 'no external id'],
    ['denied', ASSUME, NEWSLETTER.role, as('tendlc-checkout-send-queue', NEWSLETTER.externalId), 'a session in the name of another grant'],
    ['denied', ASSUME, CHECKOUT.role, right, "a spoke's role"],
    ['denied', ASSUME, role(PRIMARY, 'administrator'), as('x1'), 'any other role'],
  ]),
  ...rows(session(PRIMARY, 'tendlc-probe-health'), [
    ['allowed', ASSUME, NEWSLETTER.role, of('newsletter', 'probe-health'), "the primary's probe tries a tenant's role"],
    ['denied', ASSUME, CHECKOUT.role, of('checkout', 'probe-health'), "a spoke's role is probed by the spoke"],
    ['denied', ASSUME, role(PRIMARY, 'tendlc-send'), as('x1'), 'any other role'],
  ]),
  ...rows(almighty(TENANT, 'tendlc-send'), [
    ['denied', ASSUME, NEWSLETTER.role, of('newsletter'), 'a tenant sends past the hub'],
  ]),
  ...rows(almighty(PRIMARY, 'intern'), [
    ['denied', ASSUME, NEWSLETTER.role, of('newsletter'), 'any other role of the primary'],
  ]),
  ...rows(almighty(PRIMARY, 'tendlc-settle-receipt'), [
    ['denied', ASSUME, NEWSLETTER.role, of('newsletter'), 'a function that sends nothing'],
  ]),
  ...rows(session(NEIGHBOUR, 'tendlc-send'), [
    ['allowed', ASSUME, ALERTS.role, of('alerts'), 'the other spoke takes its queue'],
  ]),
]
