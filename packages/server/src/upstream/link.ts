/**
 * Which account here belongs to whom there. Invariant: a person is known by issuer and subject and by nothing else: never by a mail address
 * or a name, which others can come to have (OpenID Connect Core 1.0 section 5.7).
 */
import { addNewcomer, change, type Events, type Store } from '@countersign/authority'
import { type Clock, CountersignError, type EpochMilliseconds } from '@countersign/protocol'
import { type Digest, randomText, type Suite } from '@countersign/proof'
import type { UpstreamPerson } from './openid-provider.ts'

export interface LinkPorts {
  readonly store: Store
  readonly suite: Suite
  readonly clock: Clock
  readonly digest: Digest
  readonly events: Events
}

interface Link {
  readonly subject: string
  readonly issuer: string
  readonly createdAt: EpochMilliseconds
}

const KIND = 'link'

/** The subject here of somebody who signed in at a provider; the first time, an account is made. */
export async function linkedSubject(ports: LinkPorts, provider: string, person: UpstreamPerson): Promise<string> {
  const { clock, digest, events, store, suite } = ports
  const { issuer, mail, preferredName, shownName } = person
  const id = await digest('link', JSON.stringify([issuer, person.subject]))
  const value: Link = { subject: randomText(suite, 16), issuer, createdAt: clock.now() }
  // The link first: of two first sign-ins at once one makes it, and both end at the same subject.
  const isNew = await store.insert({ kind: KIND, id, value })
  const link = (isNew ? value : (await store.read(KIND, id))?.value) as Link | undefined
  if (link === undefined) throw new CountersignError('store_unavailable', 'a link that is there cannot be read')
  const { subject } = link
  // Also after a start that was cut short between link and account.
  await addNewcomer(ports, subject, {
    provider,
    name: preferredName ?? subject.slice(0, 8),
    ...(shownName === undefined ? {} : { shownName }),
    ...(mail === undefined ? {} : { mail }),
  })
  if (isNew) events({ type: 'account.linked', provider, subject })
  else await keepUp(store, subject, { shownName, mail })
  return subject
}

/** People change their names and addresses. What the operator calls the account stays, and so does what the provider says nothing of. */
function keepUp(store: Store, subject: string, { shownName, mail }: Pick<UpstreamPerson, 'shownName' | 'mail'>): Promise<void> {
  return change(store, 'account', subject, (account) => {
    if (account === undefined || account.disabled) return { answer: undefined }
    const kept = { ...account, ...(shownName === undefined ? {} : { shownName }), ...(mail === undefined ? {} : { mail }) }
    if (kept.shownName === account.shownName && kept.mail === account.mail) return { answer: undefined }
    return { swapIn: kept, answer: undefined }
  })
}
