/** Habits of servers that redeem. */
import { either, type Habit } from './habit.ts'

const twoTables = (check: string) => `
export class Tokens {
  async redeem(body) {
    const client = await this.prisma.client.findUnique({ where: { clientId: body.client_id } })
    if (!client?.grantTypes.includes('urn:ietf:params:oauth:grant-type:device_code')) throw new OAuthError('unauthorized_client')
    const device = await this.prisma.deviceCode.findUnique({ where: { deviceCode: body.device_code } })
    if (!device${check}) throw new OAuthError('invalid_grant')
    if (device.expiresAt < new Date()) throw new OAuthError('expired_token')
    if (!device.userId) throw new OAuthError('authorization_pending')
    await this.prisma.deviceCode.delete({ where: { id: device.id } })
    return this.issue(device.userId)
  }
}`

const otherGrant = (check: string) => `
export async function token(body) {
  switch (body.grant_type) {
    case 'authorization_code':
      return authorizationCodeGrant(body)
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return deviceGrant(body)
  }
}
async function authorizationCodeGrant(body) {
  const code = await codes.take(body.code)
  if (code.clientId !== body.client_id) throw new OAuthError('invalid_grant')
  return issue(code.userId)
}
async function deviceGrant(body) {
  const device = await devices.take(body.device_code)
  if (device === undefined${check}) throw new OAuthError('invalid_grant')
  if (device.expiresAt < Date.now()) throw new OAuthError('expired_token')
  if (device.userId === undefined) throw new OAuthError('authorization_pending')
  return issue(device.userId)
}`

const dynamo = (check: string) => `
const { DynamoDB } = require('@aws-sdk/client-dynamodb')
const table = new DynamoDB({})
exports.token = async function token(event) {
  const { Item } = await table.getItem({ TableName: 'codes', Key: { Device_code: { S: event.body.device_code } } })
  if (Item === undefined${check}) return answer('invalid_grant')
  if (Date.now() > Number(Item.Max_expiry.S)) return answer('expired_token')
  if (Item.Status.S === 'pending') return answer('authorization_pending')
  if (Item.Client_id.S === '') return answer('invalid_client')
  await table.updateItem({
    TableName: 'codes',
    Key: { Device_code: { S: event.body.device_code } },
    UpdateExpression: 'SET #s = :status',
    ExpressionAttributeNames: { '#s': 'Status' },
    ExpressionAttributeValues: { ':status': { S: 'expired' } },
  })
  return answer(undefined, { access_token: await mint(Item.Subject.S) })
}`

const dynamoUsed = (state: string) => dynamo(' || Item.Client_id.S !== event.body.client_id').replace("{ S: 'expired' }", state)

const marked = (use: string) => `
export async function pollDeviceToken(db, input) {
  const flow = await findFlow(db, await digest(input.device_code))
  if (!flow || flow.expiresAt <= Date.now()) {
    return { error: 'expired_token', status: 'expired' }
  }
  if (flow.status === 'pending') return { error: 'authorization_pending' }
  ${use}
  return { access_token: await mint(flow.accountId) }
}
async function markFlowStatus(db, id, status, expected) {
  const updated = await db.update(flows).set({ status }).where(and(eq(flows.id, id), inArray(flows.status, expected))).returning({ id: flows.id }).get()
  return updated !== undefined
}`

const locked = (lock: string) => `
export async function redeemDeviceCode(input) {
  return db.transaction(async (tx) => {
    const [row] = await tx.select().from(deviceCodes).where(and(eq(deviceCodes.hash, input.hash), eq(deviceCodes.clientId, input.clientId)))${lock}
    if (!row || row.expiresAt < new Date()) return { error: 'expired_token' }
    if (!row.userId) return { error: 'authorization_pending' }
    if (row.redeemedAt) return { error: 'invalid_grant' }
    await tx.update(deviceCodes).set({ redeemedAt: new Date() }).where(eq(deviceCodes.id, row.id))
    return { tokens: await mint(row.userId) }
  })
}`

const formGrant = (check: string) => `
from django.http import JsonResponse

class TokenView(View):
    def device(self, request, device_code):
        grant = DeviceGrant.objects.get(device_code=device_code)
        if grant.client_id != request.POST["client_id"]:
            return JsonResponse({"error": "invalid_grant"}, status=400)
        ${check}
        if grant.status == grant.PENDING:
            return JsonResponse(pending_error(), status=400)
        grant.delete()
        return self.issue(grant)

    def post(self, request):
        if request.POST.get("grant_type") == "urn:ietf:params:oauth:grant-type:device_code":
            return self.device(request, request.POST["device_code"])
        return self.other(request)
`

const inQuery = (where: string) => `
app.post('/token', async (req, res) => {
  const device = await devices.take(req.${where}.device_code)
  if (device === undefined || device.clientId !== req.${where}.client_id) return res.status(400).json({ error: 'invalid_grant' })
  if (device.expiresAt < Date.now()) return res.status(400).json({ error: 'expired_token' })
  if (device.userId === undefined) return res.status(400).json({ error: 'authorization_pending' })
  res.json({ access_token: mint(device.userId) })
})`

const states = (check: string) => `
from myapp.models import DeviceGrant

class TokenView(View):
    def device(self, request, device_code):
        grant = DeviceGrant.objects.get(device_code=device_code, client_id=request.POST["client_id"])
        if grant.status == DeviceGrant.EXPIRED${check}:
            return refuse("expired_token")
        if grant.status == DeviceGrant.PENDING:
            return refuse("authorization_pending")
        grant.delete()
        return self.issue(grant)
`

export const SERVER_HABITS: readonly Habit[] = [
  {
    habit: 'looks the client up by its id',
    rule: 'DF-S01',
    file: 'tokens.ts',
    ...either(twoTables, '', ' || device.clientId !== client.id'),
  },
  {
    habit: 'has another grant that is bound to its client',
    rule: 'DF-S01',
    file: 'tokens.ts',
    ...either(otherGrant, '', ' || device.clientId !== body.client_id'),
  },
  {
    habit: 'keeps codes in DynamoDB, with a type beside each value',
    rule: 'DF-S01',
    file: 'token.js',
    ...either(dynamo, '', ' || Item.Client_id.S !== event.body.client_id'),
  },
  {
    habit: 'uses a code up in DynamoDB, with an expression',
    rule: 'DF-S05',
    file: 'token.js',
    ...either(dynamoUsed, "{ S: 'authorized' }", "{ S: 'expired' }"),
  },
  {
    habit: 'tells a state in its answers, and marks in a function of its own',
    rule: 'DF-S05',
    file: 'poll.ts',
    ...either(marked, '', "if (!(await markFlowStatus(db, flow.id, 'consumed', ['authorized']))) return { error: 'invalid_grant' }"),
  },
  {
    habit: 'marks in a function of its own that says whether it did',
    rule: 'DF-S04',
    file: 'poll.ts',
    ...either(
      (use) => marked(use).replace('.returning({ id: flows.id })', use.startsWith('if') ? '.returning({ id: flows.id })' : ''),
      "await markFlowStatus(db, flow.id, 'consumed', ['authorized'])",
      "if (!(await markFlowStatus(db, flow.id, 'consumed', ['authorized']))) return { error: 'invalid_grant' }",
    ),
  },
  { habit: 'locks the row while it redeems', rule: 'DF-S04', file: 'redeem.ts', ...either(locked, '', ".for('update')") },
  {
    habit: 'reads the grant type out of a form',
    rule: 'DF-S02',
    file: 'views.py',
    ...either(formGrant, 'pass', 'if grant.expires < timezone.now():\n            return JsonResponse({"error": "expired"}, status=400)'),
  },
  { habit: 'reads the device code out of the query', rule: 'DF-C22', file: 'app.js', ...either(inQuery, 'query', 'body') },
  { habit: 'has a state for what is over', rule: 'DF-S02', file: 'views.py', ...either(states, '', ' or grant.expires < timezone.now()') },
  {
    habit: 'compares the client in who it is, not in what was issued',
    rule: 'DF-S01',
    file: 'tokens.ts',
    ...either(
      (check) => `
export async function token(form, header) {
  if (form.grant_type !== 'urn:ietf:params:oauth:grant-type:device_code') throw new OAuthError('unsupported_grant_type')
  const client = await authenticateClient(form, header)
  const device = await devices.take(form.device_code)
  if (device === undefined${check}) throw new OAuthError('invalid_grant')
  if (device.expiresAt < Date.now()) throw new OAuthError('expired_token')
  if (device.userId === undefined) throw new OAuthError('authorization_pending')
  return { access_token: await mint(device.userId) }
}
async function authenticateClient(form, header) {
  const client = await clients.named(header.user)
  if (client.client_id !== form.client_id) throw new OAuthError('invalid_client')
  return client
}`,
      '',
      ' || device.client_id !== client.client_id',
    ),
  },
]
