/** What the store needs of a client: ioredis and iovalkey have it, and whoever brings another one needs no more than this. */

export interface RedisClient {
  /** Sends one command and resolves with the reply; an error reply rejects. In a cluster it goes to the node of its first key. */
  call(command: string, ...args: (string | number)[]): Promise<unknown>
  /** `ready` when commands can be sent; `wait` when the first command connects. Without it every moment is taken for a good one. */
  readonly status?: string
  /** A cluster: keys of different slots cannot be moved by one script. */
  readonly isCluster?: boolean
  readonly options?: {
    readonly autoResendUnfulfilledCommands?: boolean | undefined
    readonly retryDelayOnFailover?: number | undefined
    readonly clusterNodeRetryStrategy?: unknown
    readonly redisOptions?: { readonly autoResendUnfulfilledCommands?: boolean | undefined } | undefined
  }
  on?(event: 'ready' | 'end' | 'error', listener: (error?: unknown) => void): unknown
}
