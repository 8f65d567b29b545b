/** What the store needs of a pool of connections; the pool of the package `pg` has it, and so may others. */

export interface PostgresQuery {
  /** With a name the statement is prepared once for each connection; the same name always comes with the same text. */
  readonly name?: string
  readonly text: string
  readonly values: unknown[]
  /** Rows come as arrays of columns. */
  readonly rowMode: 'array'
  /** Columns come as the text that the server sent, whatever parsers the pool has. */
  readonly types: { getTypeParser(): (text: string) => string }
}

/** What a query came to. */
export interface PostgresResult {
  readonly rows: unknown[][]
  /** How many rows were found or changed. */
  readonly rowCount: number | null
}

/** A connection, for one who uses it alone until he gives it back. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<PostgresResult>
  /** `true`: closes the connection, also under a query that was not answered. */
  release(destroy?: boolean): void
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** Connections. */
export interface PostgresPool {
  /** By callback, which comes before anything else can happen to the connection: until then nobody hears it break. */
  connect(callback: (error: Error | undefined, client?: PostgresClient) => void): void
}
