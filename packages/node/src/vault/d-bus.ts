/**
 * As much of D-Bus as a keyring takes: calls over a socket of this user, and signals. The parts of @homebridge/dbus-native that speak
 * the protocol are used, without the object around them, which complains where nobody listens (docs/adr/0014-keyring-over-d-bus.md).
 */
import { connect, type Socket } from 'node:net'
import authenticate from '@homebridge/dbus-native/lib/handshake.js'
import messages from '@homebridge/dbus-native/lib/message.js'

export interface Call {
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly signature?: string
  readonly body?: readonly unknown[]
}

export interface Bus {
  /** What the other side answers. @throws Error with its words when it refuses, or when the bus goes away */
  call(request: Call): Promise<readonly unknown[]>
  /** What the next signal of this name at an object says; asked for before the call that leads to it. */
  next(path: string, name: string, member: string): Promise<readonly unknown[]>
  close(): void
}

const [CALL, RETURN, ERROR, SIGNAL] = [1, 2, 3, 4]
/** No answer of a keyring comes near it. */
const LARGEST = 1_000_000

interface Waiting {
  readonly resolve: (body: readonly unknown[]) => void
  readonly reject: (reason: Error) => void
}

/** The bus at the first of these sockets that can be reached; `stop` closes it, whatever it is at. @throws Error when none can */
export async function openBus(sockets: readonly string[], stop: AbortSignal): Promise<Bus> {
  const socket = await reached(sockets, stop)
  const bus = speak(socket)
  try {
    await bus.greeted
    await bus.call({ ...DRIVER, member: 'Hello' })
  } catch (error) {
    bus.close()
    throw error
  }
  return bus
}

const DRIVER = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' } as const

/** Lets the signals of one object come here. */
export async function listenTo(bus: Bus, sender: string, path: string): Promise<void> {
  await bus.call({ ...DRIVER, member: 'AddMatch', signature: 's', body: [`type='signal',sender='${sender}',path='${path}'`] })
}

async function reached(sockets: readonly string[], stop: AbortSignal): Promise<Socket> {
  let reason = new Error('no address of D-Bus is a socket of this machine')
  for (const path of sockets) {
    const socket = connect({ path, signal: stop })
    const fault = await new Promise<Error | undefined>((resolve) => {
      // Stays for good: an error without a listener would end the program.
      socket.on('error', resolve)
      socket.once('connect', () => resolve(undefined))
    })
    if (fault === undefined) return socket
    reason = fault
  }
  throw reason
}

function speak(socket: Socket): Bus & { readonly greeted: Promise<void> } {
  const calls = new Map<number, Waiting>()
  const signals = new Map<string, Waiting>()
  let serial = 0
  let fault = new Error('the bus went away')
  let rejectGreeting: (reason: Error) => void = () => undefined

  socket.on('error', (reason) => {
    fault = reason
  })
  socket.on('close', () => {
    rejectGreeting(fault)
    for (const { reject } of [...calls.values(), ...signals.values()]) reject(fault)
  })

  const greeted = new Promise<void>((resolve, reject) => {
    rejectGreeting = reject
    // EXTERNAL is who the kernel says is calling; the others are for a bus on a network.
    authenticate(socket, { authMethods: ['EXTERNAL'] }, (refused) => {
      if (refused === null) resolve()
      else reject(new Error('the bus refused this user'))
    })
  }).then(() => {
    receive(socket, ({ type, replySerial = 0, path, interface: name, member, errorName = '', body = [] }) => {
      if (type === SIGNAL) {
        signals.get(keyOf(path, name, member))?.resolve(body)
        return
      }
      const waiting = calls.get(replySerial)
      calls.delete(replySerial)
      if (type === RETURN) waiting?.resolve(body)
      if (type === ERROR) waiting?.reject(new Error(typeof body[0] === 'string' && body[0] !== '' ? body[0] : errorName))
    })
  })

  const waitFor = <K>(map: Map<K, Waiting>, key: K): Promise<readonly unknown[]> =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) reject(fault)
      else map.set(key, { resolve, reject })
    })

  return {
    greeted,
    call: (request) => {
      serial += 1
      // Before anything waits for the answer: what cannot be written is thrown here.
      const written = messages.marshall({ type: CALL, serial, ...request })
      const answer = waitFor(calls, serial)
      socket.write(written)
      return answer
    },
    next: (path, name, member) => waitFor(signals, keyOf(path, name, member)),
    close: () => {
      socket.destroy()
    },
  }
}

function keyOf(...names: readonly (string | undefined)[]): string {
  return names.join(' ')
}

/** Hands over one message after the other. What is none closes the socket; thrown in its listener, it would end the program. */
function receive(socket: Socket, onMessage: Parameters<typeof messages.unmarshalMessages>[1]): void {
  let bytes: Buffer = Buffer.alloc(0)
  let read = (): void => undefined
  const source = {
    on: (_: 'readable', listener: () => void) => {
      read = listener
    },
    read: (length: number) => {
      if (length < 0 || length > LARGEST) throw new RangeError('too long')
      if (bytes.length < length) return null
      const taken = bytes.subarray(0, length)
      bytes = bytes.subarray(length)
      return taken
    },
  }
  messages.unmarshalMessages(source, onMessage)
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    try {
      read()
    } catch {
      socket.destroy(new Error('the bus sent what is no message'))
    }
  })
}
