/** Habits of servers with several grants, and of what they do before and after somebody decides. */
import { either, type Habit } from './habit.ts'

const sharedClient = (check: string) => `
export class Tokens {
  async handleTokenRequest(body) {
    switch (body.grant_type) {
      case 'mfa_otp':
        return this.otpGrant(body)
      case 'urn:ietf:params:oauth:grant-type:device_code':
        return this.deviceGrant(body)
    }
  }
  async otpGrant(body) {
    await this.knownClient(body, 'mfa_otp')
    const challenge = await this.prisma.challenge.findUnique({ where: { hash: digest(body.mfa_token) } })
    if (challenge.clientId !== body.client_id) throw new OAuthError('invalid_grant')
    return this.issue(challenge.userId)
  }
  async deviceGrant(body) {
    await this.knownClient(body, 'urn:ietf:params:oauth:grant-type:device_code')
    const device = await this.prisma.deviceCode.findUnique({ where: { deviceCode: body.device_code } })
    if (!device${check}) throw new OAuthError('invalid_grant')
    if (device.expiresAt < new Date()) throw new OAuthError('expired_token')
    if (!device.userId) throw new OAuthError('authorization_pending')
    await this.prisma.deviceCode.delete({ where: { id: device.id } })
    return this.issue(device.userId)
  }
  async knownClient(body, grantType) {
    const client = await this.prisma.client.findUnique({ where: { name: body.client_id } })
    const wanted = grantType === 'urn:ietf:params:oauth:grant-type:device_code'
    if (wanted && !client.grantTypes.includes('urn:ietf:params:oauth:grant-type:device_code')) throw new OAuthError('unauthorized_client')
  }
}`

const paced = (parts: { readonly before: string; readonly after: string }) => `
export async function deviceGrant(db, body) {
  if (body.grant_type !== 'urn:ietf:params:oauth:grant-type:device_code') throw new OAuthError('unsupported_grant_type')
  const device = await db.findDevice(body.device_code)
  if (!device || device.clientId !== body.client_id) throw new OAuthError('invalid_grant')
  if (device.expiresAt < Date.now()) throw new OAuthError('expired_token')
  ${parts.before}
  if (!device.approved || !device.userId) {
    throw new OAuthError('authorization_pending')
  }
  ${parts.after}
  return db.redeem(device)
}`

const PACE = `if (Date.now() - device.lastPolledAt < device.interval * 1000) {
    await db.saveDevice(device.id, { lastPolledAt: Date.now(), interval: device.interval + 5 })
    throw new OAuthError('slow_down')
  }
  await db.saveDevice(device.id, { lastPolledAt: Date.now() })`

const tenants = (check: string) => `
export class Devices {
  async redeem(realm, body) {
    const device = await this.prisma.deviceCode.findUnique({ where: { deviceCode: body.device_code, clientId: body.client_id } })
    if (!device || device.realmId !== realm.id) throw new OAuthError('authorization_pending')
    if (device.expiresAt < new Date()) throw new OAuthError('expired_token')
    if (!device.approved) throw new OAuthError('authorization_pending')
    await this.prisma.deviceCode.delete({ where: { id: device.id } })
    return this.issue(device.userId)
  }
  async approveDevice(realm, userCode, userId) {
    const device = await this.prisma.deviceCode.findUnique({ where: { userCode, realmId: realm.id } })
    if (!device${check}) throw new NotFound()
    await this.prisma.deviceCode.update({ where: { id: device.id }, data: { approved: true, userId } })
  }
}`

const removed = (end: string) => `
export class Devices {
  async redeem(body) {
    const device = await this.prisma.deviceCode.findUnique({ where: { deviceCode: body.device_code, clientId: body.client_id } })
    if (!device || device.expiresAt < new Date()) throw new OAuthError('expired_token')
    if (!device.approved) throw new OAuthError('authorization_pending')
    await this.prisma.deviceCode.delete({ where: { id: device.id } })${end}
    return this.issue(device.userId)
  }
}`

const visited = (guard: string) => `
from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from app.store import get_db_session

router = APIRouter(prefix="/device")

@router.post("/token")
def device_token(device_code: str, client_id: str, db: Session = Depends(get_db_session)):
    flow = db.get(DeviceFlow, device_code)
    if flow is None or flow.client_id != client_id:
        raise OAuthError("invalid_grant")
    if flow.status == "pending":
        raise OAuthError("authorization_pending")
    return redeem(db, flow)

@router.get("/deny")
def deny_device_flow(device_code: str, db: Session = Depends(get_db_session)${guard}):
    flow = db.get(DeviceFlow, device_code)
    if flow.status != "pending":
        raise Gone()
    flow.status = "denied"
    db.commit()
`

const chain = (check: string) => `
export async function deviceCodeHandler(ctx) {
  const code = await ctx.provider.DeviceCode.find(ctx.params.device_code)
  if (code.clientId !== ctx.client.clientId) throw new InvalidGrant()
  if (!code.accountId && !code.error) throw new OAuthError('authorization_pending')
  await code.consume()
  ctx.body = await issue(code)
}
export const post = [
  async function loadDeviceCode(ctx, next) {
    const code = await ctx.provider.DeviceCode.findByUserCode(ctx.params.user_code)
    if (!code) throw new NotFound()
    ${check}
    ctx.deviceCode = code
    await next()
  },
]
export async function deviceVerificationResponse(ctx) {
  const code = ctx.deviceCode
  Object.assign(code, { accountId: ctx.session.accountId, scope: ctx.granted })
  await code.save()
}`

const shown = (given: string) => `
export async function deviceCodeHandler(ctx) {
  const code = await ctx.provider.DeviceCode.find(ctx.params.device_code)
  if (!code.accountId) throw new OAuthError('authorization_pending')
  ctx.body = await issue(code)
}
export async function activate(ctx) {
  const code = await ctx.provider.DeviceCode.findByUserCode(ctx.params.user_code)
  await confirmSource(ctx, ${given})
}
async function confirmSource(ctx, userCode) {
  ctx.body = \`<html><body><p>Does your device show <code>\${userCode}</code>?</p></body></html>\`
}`

const elsewhere = (check: string) => ({
  'src/auth/device.ts': `
import { randomBytes } from 'node:crypto'
export async function startDevice(db, input) {
  const device_code = randomBytes(32).toString('hex')
  const user_code = userCode()
  await db.save({ device_code, user_code, ${check} })
  return { device_code, user_code, verification_uri: 'https://id.example/device', expires_in: 600, interval: 5 }
}
export async function pollDevice(db, input) {
  const flow = await db.find(input.device_code)
  if (!flow) throw new OAuthError('expired_token')
  if (!flow.userId) throw new OAuthError('authorization_pending')
  return { access_token: await db.redeem(flow) }
}`,
  'src/channels/printer.ts': `
export async function startPrinter(domain) {
  const said = await registration(domain)
  await remember(said.client_id)
  return { device_code: text(said.device_code), user_code: text(said.user_code), verification_uri: text(said.verification_uri) }
}
async function registration(domain) {
  return post(domain + '/register', { action: 'begin' })
}
async function remember(client_id) {
  await table.insert({ client_id })
}`,
})

/** Several files each: another login of the same program, to which it is a client itself. */
export const BESIDE = { defect: elsewhere('client_id: input.client_id'), inOrder: elsewhere('host: input.host') }

const answered = (seconds: string) => `
import { randomBytes } from 'node:crypto'
const PROCESS_LENGTH = ${seconds}
router.post('/code', async (req, res) => {
  const made = await createProcess(req.body.client_id)
  res.send({ device_code: made.deviceCode, user_code: made.userCode, verification_uri: 'https://id.example/link', expires_in: PROCESS_LENGTH })
})
export async function createProcess(clientId) {
  const deviceCode = randomBytes(32).toString('hex')
  const userCode = typed()
  return store.create({ clientId, deviceCode, userCode, status: 'pending' })
}
export async function redeem(body) {
  const made = await store.take(body.device_code, body.client_id)
  if (made.status === 'pending') throw new OAuthError('authorization_pending')
  return mint(made)
}`

export const APPROVING_HABITS: readonly Habit[] = [
  {
    habit: 'has grants that look at the client in one place',
    rule: 'DF-S01',
    file: 'tokens.ts',
    ...either(sharedClient, '', ' || device.clientId !== body.client_id'),
  },
  {
    habit: 'says pending first, and looks at the pace afterwards',
    rule: 'DF-S10',
    file: 'grant.ts',
    defect: paced({ before: '', after: PACE }),
    inOrder: paced({ before: PACE, after: '' }),
  },
  {
    habit: 'says pending for codes of another tenant',
    rule: 'DF-S15',
    file: 'devices.ts',
    ...either(tenants, '', ' || device.approved !== null'),
  },
  {
    habit: "redeems by Prisma's delete, which fails when the row is gone",
    rule: 'DF-S04',
    file: 'devices.ts',
    ...either(removed, '.catch(() => undefined)', ''),
  },
  {
    habit: 'gets a session of its database, and none of a person',
    rule: 'DF-S13',
    file: 'router.py',
    ...either(visited, '', ', person: Person = Depends(current_user)'),
  },
  {
    habit: 'looks the code up in an earlier link of a chain',
    rule: 'DF-S15',
    file: 'chain.js',
    ...either(chain, '', 'if (code.error || code.accountId || code.inFlight) throw new AlreadyUsed()'),
  },
  {
    habit: 'brings the typed code into its own form before it is shown',
    rule: 'DF-S24',
    file: 'page.js',
    ...either(shown, 'ctx.params.user_code', 'denormalize(ctx.params.user_code, ctx.mask)'),
  },
  {
    habit: 'says how long a code lives in the answer with it',
    rule: 'DF-S03',
    file: 'code.js',
    ...either(answered, '1800', '600'),
  },
]
