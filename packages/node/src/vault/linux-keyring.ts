/** A keyring that speaks the Secret Service API (GNOME Keyring, KWallet, KeePassXC), asked over D-Bus. */
import type { KeychainAnswer, KeychainStep } from './keychain.ts'
import { type Bus, listenTo, openBus } from './d-bus.ts'
import { beginTransfer, type SecretTransfer, TRANSFER } from './secret-transfer.ts'

const NAME = 'org.freedesktop.secrets'
const ROOT = '/org/freedesktop/secrets'
const API = 'org.freedesktop.Secret'
/** Stands where there is no object: no collection, nothing to ask a person. */
const NO_OBJECT = '/'

interface Keyring {
  call(path: string, part: string, member: string, signature: string, ...body: unknown[]): Promise<Answer>
  /** Waits for a person, if one is needed. */
  prompt(path: string): Promise<void>
}

/** What the keyring on one of these sockets answers within the limit; afterwards the connection is closed, whatever it was at. */
export async function askWithin(sockets: readonly string[], steps: readonly KeychainStep[], limit: number): Promise<KeychainAnswer> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), limit)
  let isPrompted = false
  try {
    const bus = await openBus(sockets, stop.signal)
    try {
      const found = await askKeyring(bus, steps, () => {
        isPrompted = true
      })
      return { found }
    } finally {
      bus.close()
    }
  } catch (error) {
    if (stop.signal.aborted) return { late: isPrompted ? 'is locked, and nobody unlocked it' : 'did not answer' }
    return { refused: error instanceof Error ? error.message : 'no reason given' }
  } finally {
    clearTimeout(timer)
  }
}

/** Takes the steps in order. `onPrompt` is told when a person has to answer. @throws Error when the keyring refuses */
async function askKeyring(bus: Bus, steps: readonly KeychainStep[], onPrompt: () => void): Promise<(string | undefined)[]> {
  const keyring = keyringOn(bus, onPrompt)
  const ours = beginTransfer()
  const opened = await keyring.call(ROOT, 'Service', 'OpenSession', 'sv', TRANSFER, ['ay', ours.publicKey])
  const transfer = ours.with(opened.variant(0))
  const way = { path: opened.path(1), transfer }
  const found: (string | undefined)[] = []
  for (const step of steps) found.push(await take(keyring, way, step))
  return found
}

async function take(keyring: Keyring, way: Way, step: KeychainStep): Promise<string | undefined> {
  if (step.do === 'set') {
    await set(keyring, way, step.account, step.secret)
    return undefined
  }
  const [item] = await itemsOf(keyring, step.account)
  if (item === undefined) return undefined
  if (step.do === 'get') return way.transfer.open((await keyring.call(item, 'Item', 'GetSecret', 'o', way.path)).secret(0))
  await keyring.prompt((await keyring.call(item, 'Item', 'Delete', '')).path(0))
  return undefined
}

/** What was agreed on for this connection. */
interface Way {
  readonly path: string
  readonly transfer: SecretTransfer
}

async function set(keyring: Keyring, { path, transfer }: Way, account: string, secret: string): Promise<void> {
  const collection = (await keyring.call(ROOT, 'Service', 'ReadAlias', 's', 'default')).path(0)
  if (collection === NO_OBJECT) throw new Error('it has no default collection')
  await unlock(keyring, [collection])
  const properties = [
    [`${API}.Item.Label`, ['s', `keyring:${account}@countersign`]],
    [`${API}.Item.Attributes`, ['a{ss}', attributesOf(account)]],
  ]
  const { parameters, value } = transfer.seal(secret)
  const sealed = [path, parameters, value, 'text/plain']
  const made = await keyring.call(collection, 'Collection', 'CreateItem', 'a{sv}(oayays)b', properties, sealed, true)
  await keyring.prompt(made.path(1))
}

/** Label and attributes are those of @napi-rs/keyring, which earlier releases asked: what they kept is found. */
function attributesOf(account: string): readonly (readonly [string, string])[] {
  return [
    ['service', 'countersign'],
    ['username', account],
  ]
}

/** The items of an account, unlocked. */
async function itemsOf(keyring: Keyring, account: string): Promise<readonly string[]> {
  const answer = await keyring.call(ROOT, 'Service', 'SearchItems', 'a{ss}', attributesOf(account))
  const [open, locked] = [answer.paths(0), answer.paths(1)]
  if (open.length > 0 || locked.length === 0) return open
  await unlock(keyring, locked)
  return locked
}

async function unlock(keyring: Keyring, paths: readonly string[]): Promise<void> {
  await keyring.prompt((await keyring.call(ROOT, 'Service', 'Unlock', 'ao', paths)).path(1))
}

function keyringOn(bus: Bus, onPrompt: () => void): Keyring {
  const call: Keyring['call'] = async (path, part, member, signature, ...body) =>
    answerOf(
      await bus.call({ destination: NAME, path, interface: `${API}.${part}`, member, ...(signature === '' ? {} : { signature, body }) }),
    )
  return {
    call,
    prompt: async (path) => {
      if (path === NO_OBJECT) return
      onPrompt()
      await listenTo(bus, NAME, path)
      // No window of ours to put it in front of.
      const [completed] = await Promise.all([bus.next(path, `${API}.Prompt`, 'Completed'), call(path, 'Prompt', 'Prompt', 's', '')])
      if (completed[0] !== false) throw new Error('it is locked, and nobody unlocked it')
    },
  }
}

/** The arguments of an answer, each read as what it has to be. */
type Answer = ReturnType<typeof answerOf>

function answerOf(body: readonly unknown[]) {
  const wrong = () => new Error('its answer makes no sense')
  const bytes = (value: unknown): Uint8Array => {
    if (!(value instanceof Uint8Array)) throw wrong()
    return value
  }
  const text = (value: unknown): string => {
    if (typeof value !== 'string') throw wrong()
    return value
  }
  const list = (value: unknown): readonly unknown[] => {
    if (!Array.isArray(value)) throw wrong()
    return value
  }
  return {
    path: (at: number) => text(body[at]),
    paths: (at: number) => list(body[at]).map(text),
    /** A variant is its type and a list of one. */
    variant: (at: number) => bytes(list(list(body[at])[1])[0]),
    secret: (at: number) => {
      const [, parameters, value] = list(body[at])
      return { parameters: bytes(parameters), value: bytes(value) }
    },
  }
}
