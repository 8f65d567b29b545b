/** The person at the verification page, as far as the probe needs one. */
import type { Code } from '../exam.ts'
import type { FormPerson } from './form-person.ts'

export interface Approver {
  /** Approves or denies the code at the server's pages. @throws Error when that did not work */
  readonly decide: (code: Code, decision: 'approve' | 'deny') => Promise<void>
  /** Set when the pages can be driven form by form: some checks look at what lies between. */
  readonly forms?: FormPerson
}
