/** Directories of servers, without the cost of starting one as a program. */
import { configure, startServer } from '@countersign/server'
import { countersign, ownDirectory } from './command.ts'

/** A directory in which a server has run. */
export async function formerHouse() {
  const directory = ownDirectory()
  const hasher = { hash: async () => '', verify: async () => false }
  const configuration = configure({ dataDirectory: directory, listen: { host: '127.0.0.1', port: 0 }, log: 'off' })
  await (await startServer(configuration, { hasher })).close()
  return { directory, admin: operatorOf(directory) }
}

/** Runs `countersign admin` on a directory. */
export function operatorOf(directory: string) {
  return (args: readonly string[], input?: string) =>
    countersign(['admin', ...args, '--data', directory], input === undefined ? {} : { input })
}
