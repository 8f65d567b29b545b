/** Where the D-Bus of this user listens (D-Bus Specification, "Server Addresses"). */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Environment, given } from './places.ts'

/**
 * The sockets to try, in their order: what `DBUS_SESSION_BUS_ADDRESS` names, else the one that systemd provides; none when there is no bus.
 * A bus that is reached over a network or through a program is left out: a key does not belong there.
 */
export function busSockets(env: Environment): readonly string[] {
  const address = given(env['DBUS_SESSION_BUS_ADDRESS'])
  if (address !== undefined) return address.split(';').flatMap(socketOf)
  const runtime = given(env['XDG_RUNTIME_DIR'])
  const socket = runtime === undefined ? undefined : join(runtime, 'bus')
  return socket !== undefined && existsSync(socket) ? [socket] : []
}

function socketOf(address: string): readonly string[] {
  if (!address.startsWith('unix:')) return []
  for (const pair of address.slice('unix:'.length).split(',')) {
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), unescaped(pair.slice(at + 1))]
    if (name === 'path') return [value]
    // A name that is in no file system; Node.js spells it as Linux does.
    if (name === 'abstract') return [`\0${value}`]
  }
  return []
}

/** Bytes that are not plain letters stand there as `%20`. */
function unescaped(value: string): string {
  return value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
