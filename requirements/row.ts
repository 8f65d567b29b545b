/** What one requirement is. */

/** Who has to keep it: authorization server, the pages a person sees, client, resource server, MCP server and MCP client. */
export type Actor = 'as' | 'user-interface' | 'client' | 'rs' | 'mcp-server' | 'mcp-client'

/** The source's own keyword. SEP: a proposal that no published MCP revision contains. */
export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'RECOMMENDED' | 'MAY' | 'SEP'

export interface Row {
  /** Where it is said. "derived": it follows only from the two texts named in `section`. "seed note": one of this project's founding notes. */
  readonly spec: string
  readonly section: string
  readonly level: Level
  readonly actor: Actor
  /** What is demanded, in our own words. */
  readonly requirement: string
  /** What a test has to show. */
  readonly proof: string
}
