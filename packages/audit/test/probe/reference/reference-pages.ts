/** The pages of the reference server that people see: sign in, enter a code, decide. */
import { CLIENTS, type DeviceRecord, newToken, PERSON, type Reply, type Request, type State } from './reference-state.ts'

const MOST_MISTAKES = 5

export function pages(state: State, request: Request): Reply {
  const { method, path, query, form } = request
  if (method === 'POST' && path === '/device/sign-in') return signIn(state, form)
  const isForged =
    path === '/device/decide' && (state.has('approval without session') || (method === 'GET' && state.has('approval by GET')))
  const browser = state.browsers.get(/browser=([\w-]+)/.exec(request.headers['cookie'] ?? '')?.[1] ?? '')
  if (browser === undefined && !isForged) return page(200, state, signInForm(query.get('user_code') ?? ''))
  const { subject, secret } = browser ?? { subject: PERSON.name, secret: '' }
  if (path === '/device/decide' && (method === 'POST' || isForged))
    return decide(state, method === 'GET' ? query : form, subject, secret, isForged)
  if (method === 'POST') return enter(state, request, form.get('user_code') ?? '', subject, secret, form.get('secret') === secret)
  const linked = recordFor(state, query.get('user_code') ?? '')
  if (linked !== undefined && state.has('link approves')) {
    approve(linked, subject)
    return page(200, state, '<p>Done.</p>')
  }
  return page(200, state, entryForm(secret, query.get('user_code') ?? ''))
}

function signIn(state: State, form: URLSearchParams): Reply {
  if (form.get('name') !== PERSON.name || form.get('password') !== PERSON.password) return page(403, state, signInForm(''))
  const id = newToken()
  const secret = newToken()
  state.browsers.set(id, { subject: PERSON.name, secret })
  const { headers, ...rest } = page(200, state, entryForm(secret, form.get('user_code') ?? ''))
  return { ...rest, headers: { ...headers, 'set-cookie': `browser=${id}; Path=/; HttpOnly` } }
}

function enter(state: State, { headers }: Request, typed: string, subject: string, secret: string, isOwn: boolean): Reply {
  if (!isOwn) return page(403, state, '<p>This form is not ours.</p>')
  const counted = state.has('throttle per browser') ? (headers['cookie'] ?? '') : subject
  const mistakes = state.mistakes.get(counted) ?? 0
  if (mistakes >= MOST_MISTAKES && !state.has('no throttle')) return page(429, state, entryForm(secret, typed))
  const record = recordFor(state, typed)
  if (record?.state !== 'pending' || isOver(state, record)) {
    const canComeBack = record !== undefined && canStill(state, record)
    if (!canComeBack) {
      state.mistakes.set(counted, mistakes + 1)
      return page(400, state, `<p>Unknown code.</p>${entryForm(secret, typed)}`)
    }
  }
  if (record === undefined) return page(400, state, '')
  if (state.has('entry approves')) {
    approve(record, subject)
    return page(200, state, '<p>Done.</p>')
  }
  return page(200, state, decisionForm(state, record, secret))
}

function decide(state: State, form: URLSearchParams, subject: string, secret: string, isForged: boolean): Reply {
  if (form.get('secret') !== secret && !isForged && !state.has('approval without form secret'))
    return page(403, state, '<p>This form is not ours.</p>')
  const record = recordFor(state, form.get('user_code') ?? '')
  if (record === undefined || ((record.state !== 'pending' || isOver(state, record)) && !canStill(state, record)))
    return page(409, state, '<p>Too late.</p>')
  if (form.get('decision') !== 'approve') record.state = 'denied'
  else approve(record, (state.has('identity from the form') && form.get('user_id')) || subject)
  return page(200, state, '<p>Done.</p>')
}

function approve(record: DeviceRecord, subject: string): void {
  record.state = 'approved'
  record.subject = subject
}

function canStill(state: State, record: DeviceRecord): boolean {
  if (record.state === 'denied') return state.has('denied can be approved')
  return record.state === 'pending' && state.has('late approval')
}

function isOver({ clock }: State, { expiresAt }: DeviceRecord): boolean {
  return clock.now() >= expiresAt
}

function recordFor(state: State, typed: string): DeviceRecord | undefined {
  const plain = (text: string) => {
    const bare = text.replace(/[^a-z0-9]/gi, '')
    return state.has('case matters') ? bare : bare.toUpperCase()
  }
  return [...state.devices.values()].find(({ userCode }) => plain(userCode) === plain(typed))
}

function signInForm(userCode: string): string {
  return `<form method="post" action="/device/sign-in"><input type="hidden" name="user_code" value="${safe(userCode)}">
<input name="name"><input type="password" name="password"><button>Sign in</button></form>`
}

function entryForm(secret: string, userCode: string): string {
  return `<form method="post" action="/device"><input type="hidden" name="secret" value="${secret}">
<label>Code <input name="user_code" value="${safe(userCode)}"></label><button>Continue</button></form>`
}

function decisionForm(state: State, record: DeviceRecord, secret: string): string {
  const client = CLIENTS.find(({ id }) => id === record.clientId)
  const about = state.has('bare page') ? '' : `<p>${client?.id} asks for ${record.scope.join(', ')} with the code ${record.userCode}.</p>`
  return `<h1>A device asks</h1>${about}<form method="post" action="/device/decide"><input type="hidden" name="secret" value="${secret}">
<input type="hidden" name="user_code" value="${record.userCode}">
<button name="decision" value="deny">Deny</button><button name="decision" value="approve">Approve</button></form>`
}

function safe(text: string): string {
  return text.replace(/[^\w-]/g, '')
}

function page(status: number, state: State, body: string): Reply {
  const frames: Record<string, string> = state.has('frames allowed') ? {} : { 'content-security-policy': "frame-ancestors 'none'" }
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', ...frames },
    body: `<!doctype html><title>Reference</title>${body}`,
  }
}
