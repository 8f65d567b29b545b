/** Habits of servers that hand codes out and have them approved. */
import { either, type Habit } from './habit.ts'

const password = (check: string) => `
import { randomBytes } from 'node:crypto'
export class Devices {
  begin(client_id) {
    const deviceCode = randomBytes(32).toString('hex')
    const userCode = randomBytes(8).toString('hex')
    this.codes.set(deviceCode, { device_code: deviceCode, user_code: userCode, client_id, expires_in: 600 })
  }
  redeem(body) {
    const device = this.codes.get(body.device_code)
    if (device.client_id !== body.client_id) throw new OAuthError('invalid_grant')
    if (device.expires < Date.now()) throw new OAuthError('expired_token')
    if (!device.approved) throw new OAuthError('authorization_pending')
    this.codes.delete(body.device_code)
    return { access_token: mint(device.user) }
  }
  approveDevice(user_code, user) {
    const device = this.find(user_code)
    device.approved = true
    device.user = user
  }
  async page(body) {
    const person = await this.people.findByName(body.name)
    ${check}
    this.approveDevice(body.user_code, person)
  }
}`

const ownWords = (slow: string) => `
import secrets
from datetime import timedelta
from fastapi import APIRouter, HTTPException
from sqlmodel import select

router = APIRouter()

@router.post("/login/device")
def start(session: Session) -> Started:
    device_code = secrets.token_urlsafe(32)
    session.add(DeviceAuth(device_code=device_code, expires=utcnow() + timedelta(minutes=10)))
    return Started(device_code=device_code, verification_uri=f"https://app.example/device/{secrets.token_hex(4)}", expires_in=600, interval=5)

@router.post("/login/device/token")
def device_token(session: Session, req: TokenRequest):
    found = session.exec(select(DeviceAuth).where(DeviceAuth.device_code == req.device_code).with_for_update()).first()
    if found is None or found.expired:
        raise HTTPException(400, "Device code has expired")
    ${slow}
    if found.user_id is None:
        return Pending(detail="Authorization pending")
    session.delete(found)
    return Token(access_token=create_access_token(found.user_id))
`

const drawing = (draw: string) => `
import { randomBytes, randomInt } from 'node:crypto'
import { randexp } from 'randexp'
export async function begin(db, client_id) {
  const deviceCode = randomBytes(32).toString('base64url')
  ${draw}
  const item = { deviceHash: digest(deviceCode), userHash: digest(userCode), client_id, expires_at: Date.now() + 600_000 }
  await db.deviceCodes.insert(item)
  return { device_code: deviceCode, user_code: userCode, verification_uri: 'https://id.example/device', expires_in: 600, interval: 5 }
}`

const keeping = (item: string) => `
import { randomBytes } from 'node:crypto'
export async function begin(table, client_id) {
  const deviceCode = randomBytes(32).toString('base64url')
  const userCode = drawUserCode(randomBytes(8))
  const params = { TableName: 'codes', Item: ${item} }
  await table.putItem(params)
  return { device_code: deviceCode, user_code: userCode, verification_uri: 'https://id.example/device', expires_in: 600, interval: 5 }
}`

const deciding = (check: string) => `
import { randomBytes } from 'node:crypto'
export class Devices {
  begin(client_id) {
    const deviceCode = randomBytes(32).toString('hex')
    return this.store.add({ device_code: deviceCode, user_code: drawUserCode(randomBytes(8)), client_id, expires_in: 600 })
  }
  async approve(session, req, res) {
    const device = await this.store.findByUserCode(req.body.user_code)
    if (device.expiresAt < Date.now()) return res.json({ error: 'expired' }, { status: 400 })
    ${check}
    await this.store.update(device.id, { approved: true, userId: session.userId })
    return res.json({ done: true })
  }
}`

const bounds = (life: string) => `
import { randomBytes } from 'node:crypto'
export const DEVICE_FLOW_DEFAULTS = { device_expires_in: ${life}, device_min_expires_in: 60, device_max_expires_in: 3600 }
export async function begin(store, client_id) {
  const deviceCode = randomBytes(32).toString('base64url')
  const userCode = drawUserCode(randomBytes(8))
  await store.add({ hash: digest(deviceCode), client_id, expires_at: Date.now() + DEVICE_FLOW_DEFAULTS.device_expires_in * 1000 })
  return { device_code: deviceCode, user_code: userCode, expires_in: DEVICE_FLOW_DEFAULTS.device_expires_in, interval: 5 }
}`

export const HANDING_HABITS: readonly Habit[] = [
  {
    habit: 'asks for the password on the page itself',
    rule: 'DF-S13',
    file: 'devices.ts',
    ...either(password, '', 'if (!(await verifyPassword(person.hash, body.password))) return'),
  },
  {
    habit: 'has words of its own, and no code to type',
    rule: 'DF-S10',
    file: 'login.py',
    ...either(
      ownWords,
      'pass',
      'if utcnow() - found.last_poll < timedelta(seconds=5):\n        raise HTTPException(400, "slow_down")\n    found.last_poll = utcnow()',
    ),
  },
  {
    habit: 'writes user codes in hexadecimal digits',
    rule: 'DF-S08',
    file: 'begin.ts',
    ...either(
      drawing,
      "const userCode = randomBytes(4).toString('hex').toUpperCase()",
      "const userCode = randomBytes(5).toString('hex').toUpperCase()",
    ),
  },
  {
    habit: 'draws user codes as one number',
    rule: 'DF-S08',
    file: 'begin.ts',
    ...either(
      drawing,
      'const userCode = String(randomInt(100000, 1000000))',
      'const userCode = String(randomInt(100000000000, 999999999999))',
    ),
  },
  {
    habit: 'lets a library fill in a pattern',
    rule: 'DF-S06',
    file: 'begin.ts',
    ...either(drawing, 'const userCode = randexp(/[B-Z]{4}-[B-Z]{4}/)', 'const userCode = fromBytes(randomBytes(8))'),
  },
  {
    habit: 'puts the record together before it is stored',
    rule: 'DF-S16',
    file: 'begin.ts',
    ...either(
      keeping,
      '{ device_code: { S: deviceCode }, client_id: { S: client_id } }',
      '{ device_hash: { S: digest(deviceCode) }, client_id: { S: client_id } }',
    ),
  },
  {
    habit: 'looks at the end of a code, and answers with a status',
    rule: 'DF-S15',
    file: 'devices.ts',
    ...either(deciding, '', "if (device.approved !== null) return res.json({ error: 'decided' }, { status: 409 })"),
  },
  { habit: 'says what a life may be at most', rule: 'DF-S03', file: 'begin.ts', ...either(bounds, '1800', '600') },
]
