/** What the server answers, on each request, while a program is walked through. */
import type { Code } from './codes.ts'

export interface Scenario {
  /** The error code that the token endpoint sends. */
  readonly error: Code
  /** Its HTTP status. One vendor sends errors with 200. */
  readonly status: number
}

const STATUS_NAMES: Readonly<Record<string, number>> = {
  status_ok: 200,
  ok: 200,
  http_200_ok: 200,
  status_created: 201,
  status_bad_request: 400,
  bad_request: 400,
  http_400_bad_request: 400,
  status_unauthorized: 401,
  unauthorized: 401,
  status_forbidden: 403,
  forbidden: 403,
  status_too_many_requests: 429,
  too_many_requests: 429,
  http_429_too_many_requests: 429,
  precondition_required: 428,
  status_precondition_required: 428,
}

/** The number behind `http.StatusOK` or `HTTPStatus.BAD_REQUEST`; undefined for other names. */
export function statusNamed(word: string): number | undefined {
  return STATUS_NAMES[word]
}
