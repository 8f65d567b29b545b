/** What the person left ticked on the page of a decision. Invariant: nothing that was not asked for, however the form was changed. */
import type { Form, Scope } from '@countersign/protocol'

/** The ticked part of what was asked, in the order it was asked (RFC 6749 section 3.3: less than asked may be granted, never more). */
export function tickedScope(form: Form, asked: Scope): Scope {
  const ticked = form.all('scope')
  return asked.filter((token) => ticked.includes(token))
}

/** Whether an approval would grant nothing of something: whoever means that, denies. */
export function isNothingLeft(ticked: Scope, asked: Scope): boolean {
  return ticked.length === 0 && asked.length > 0
}
