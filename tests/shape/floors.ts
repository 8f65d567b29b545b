/**
 * The floors of the house. Imports point down only, never sideways on a floor.
 * Floors 0 to 2 are runtime-neutral: the same code runs in Node, Bun, Deno and workers.
 */
export const FLOORS: Readonly<Record<string, number>> = {
  '@countersign/protocol': 0,
  '@countersign/proof': 1,
  '@countersign/authority': 2,
  '@countersign/client': 2,
  '@countersign/guard': 2,
  '@countersign/audit': 3,
  '@countersign/store-contract': 3,
  '@countersign/store-postgres': 3,
  '@countersign/store-redis': 3,
  '@countersign/store-sqlite': 3,
  '@countersign/node': 3,
  '@countersign/mcp': 3,
  '@countersign/server': 4,
  countersign: 4,
}

/** The highest floor without a runtime of its own. */
export const NEUTRAL_UP_TO = 2

/** The only imports on the same floor, each with its reason. */
export const SIDEWAYS: readonly (readonly [from: string, to: string])[] = [
  // `countersign serve` starts the server when it is installed; it is an optional peer and imported when asked for.
  ['countersign', '@countersign/server'],
  // What speaks MCP over stdio runs on Node.js: it takes clock, files and keychain from there.
  ['@countersign/mcp', '@countersign/node'],
]
