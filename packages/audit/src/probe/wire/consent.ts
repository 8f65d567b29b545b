/**
 * Whom a probe may be sent to. Invariant: nothing reaches a machine that the person who probes has not called their own, whatever the server that is probed
 * names: its metadata, an MCP server's list of authorization servers and a redirect are the words of a stranger.
 */

/** A machine that nobody called their own. */
export class ConsentError extends Error {
  override readonly name = 'ConsentError'
}

export interface Owned {
  /** What was named to be probed. */
  readonly address: string
  /** Whoever probes says that the machine at the address is theirs. This machine is anybody's. */
  readonly isOwn: boolean
  /** Other machines that are theirs, by their names. */
  readonly ownHosts: readonly string[]
}

/** @throws ConsentError from what it gives, for a host that is not theirs */
export function consent({ address, isOwn, ownHosts }: Owned): (hostname: string) => void {
  const named = URL.canParse(address) ? new URL(address).hostname : ''
  return (hostname) => {
    if (ownHosts.includes(hostname) || (isLoopback(named) && isLoopback(hostname))) return
    if (hostname !== named) {
      throw new ConsentError(
        `${hostname} is not the machine that was named: say that it is yours too with --own-host ${hostname} before anything is sent there`,
      )
    }
    if (!isOwn)
      throw new ConsentError(`${hostname} is not this machine: say that it is yours with --i-own-this before anything is sent there`)
  }
}

export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
