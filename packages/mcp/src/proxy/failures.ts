/** What ends a request to the server early. */
import type { Demand } from './resource-sender.ts'

/** The server wants a sign-in, or one that allows more. Caught where a person can be asked. */
export class SignInNeeded extends Error {
  readonly demand: Demand

  constructor(demand: Demand) {
    super(demand.reason === 'token' ? 'the server wants a sign-in' : 'the server wants more scopes')
    this.name = 'SignInNeeded'
    this.demand = demand
  }
}

/** The server answered with a status that is no answer of MCP, or not at all. */
export class ServerFailure extends Error {
  /** Absent when there was no answer. */
  readonly status: number | undefined
  /** The body, when it was short and is text. */
  readonly body: string
  /** The request did not reach a server that would act on it: sending it again does nothing twice. */
  readonly repeatable: boolean
  /** Milliseconds, when the server named them. */
  readonly retryAfter: number | undefined

  constructor(
    message: string,
    about: {
      readonly status?: number
      readonly body?: string
      readonly repeatable?: boolean
      readonly retryAfter?: number | undefined
      readonly cause?: unknown
    } = {},
  ) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause })
    this.name = 'ServerFailure'
    this.status = about.status
    this.body = about.body ?? ''
    this.repeatable = about.repeatable === true
    this.retryAfter = about.retryAfter
  }
}
