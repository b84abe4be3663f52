// Who asks, and what AWS says of them with every request.

import { GRANTS, IN_ORGANIZATION, ORGANIZATION, OTHER_ORGANIZATION, PRIMARY, role } from './world.mjs'

/** A session of a role. AWS gives the role's ARN as the principal's, whatever the session is called. */
export function session(account, name, sessionName = name) {
  return {
    account,
    role: role(account, name),
    name: `${account} ${name}`,
    principal: `arn:aws:sts::${account}:assumed-role/${name}/${sessionName}`,
    context: {
      'aws:PrincipalArn': role(account, name),
      'aws:PrincipalAccount': account,
      'aws:PrincipalOrgID': IN_ORGANIZATION.includes(account) ? ORGANIZATION : OTHER_ORGANIZATION,
      'aws:SecureTransport': 'true',
    },
  }
}

/** A session whose own account lets it do everything, so that nothing but the policies here can stop it. */
export function almighty(account, name = 'administrator') {
  return { ...session(account, name), almighty: true, name: `${account} ${name} (may all)` }
}

/** The same of an account that is of no organization any more. */
export function expelled(account, name) {
  const { context, ...caller } = almighty(account, name)
  const { 'aws:PrincipalOrgID': _, ...outside } = context
  return { ...caller, context: outside, name: `${caller.name}, expelled` }
}

/** AWS itself, on behalf of what is at the source. */
export function service(name, sourceArn, sourceAccount = sourceArn?.split(':')[4]) {
  const source = sourceArn?.split(':').slice(4).join(':') ?? sourceAccount
  return {
    name: source ? `${name} for ${source}` : name,
    principal: `${name}.amazonaws.com`,
    context: {
      'aws:PrincipalIsAWSService': 'true',
      'aws:SecureTransport': 'true',
      ...(sourceArn && { 'aws:SourceArn': sourceArn }),
      ...(sourceAccount && { 'aws:SourceAccount': sourceAccount }),
    },
  }
}

/** A grant's role in the primary, as a function has assumed it. */
export const granted = (grant, of = 'send-queue') =>
  session(PRIMARY, GRANTS[grant].role.split('/')[1], `tendlc-${grant}-${of}`)
