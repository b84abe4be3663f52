// The bucket that functions are made from.

import { almighty, session } from '../callers.mjs'
import { NEIGHBOUR, PRIMARY, SECONDARY, STRANGER, bucket } from '../world.mjs'
import { PLAIN, rows } from './row.mjs'

const ZIP = `${bucket(SECONDARY)}/code/send-queue.zip`
const UNSAFE = { 'aws:SecureTransport': 'false' }

const deployer = (account) =>
  rows(almighty(account, 'deployer'), [
    ['allowed', 's3:PutObject', `${bucket(account)}/code/send-queue.zip`, PLAIN, 'brings code'],
    ['allowed', 's3:GetObject', `${bucket(account)}/code/send-queue.zip`, PLAIN, 'makes a function of it'],
    ['allowed', 's3:ListBucket', bucket(account), PLAIN, 'looks what is there'],
    ['denied', 's3:PutObject', `${bucket(account)}/code/send-queue.zip`, UNSAFE, 'over a connection that others change'],
    ['denied', 's3:GetObject', `${bucket(account)}/code/send-queue.zip`, UNSAFE, 'over a connection that others read'],
    ['denied', 's3:ListBucket', bucket(account), UNSAFE, 'over a connection that others read'],
  ])

export default [
  ...[PRIMARY, SECONDARY, NEIGHBOUR].flatMap(deployer),
  ...rows(almighty(STRANGER, 'deployer'), [
    ['denied', 's3:PutObject', ZIP, PLAIN, 'code of another account'],
    ['denied', 's3:GetObject', ZIP, PLAIN, 'another account'],
  ]),
  ...rows(session(SECONDARY, 'tendlc-send'), [
    ['denied', 's3:PutObject', ZIP, PLAIN, 'functions do not change themselves'],
    ['denied', 's3:GetObject', ZIP, PLAIN, 'Lambda brings the code, not the function'],
  ]),
]
