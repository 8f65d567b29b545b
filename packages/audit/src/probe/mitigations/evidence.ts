/** Each mitigation of RFC 10027 section 6.1 beside what was seen of it. Whoever wants to know what is done beyond what can be seen has to ask the operator. */
import { type Exam, hasTokens, numberIn } from '../exam.ts'
import type { Outcome } from '../outcome.ts'
import { listOf } from '../server.ts'
import { bare } from '../checks/sample.ts'
import type { Look } from './look.ts'
import type { Mitigation, Standing } from '../../verdict/mitigation.ts'

/** RFC 10027 section 6.1.2 names no number; ten minutes are what its readers take for short. */
const SHORT_CODE = 600
const SHORT_TOKEN = 3600

type Seen = Pick<Mitigation, 'standing' | 'observed' | 'steps'>

export function mitigationsOf(exam: Exam, look: Look): readonly Mitigation[] {
  const { outcomes, server } = exam
  const policy = server.metadata['countersign_approval_policy']
  const code = exam.codes[0]
  const tokens = exam.tokenAnswers.find(hasTokens)
  const onPage = (pattern: RegExp, yes: string, no: string): Seen => {
    if (look.words === undefined) return hidden('no page of the server could be read')
    return { ...either(pattern.test(look.words), yes, no), steps: look.pageSteps }
  }
  const rows: readonly (readonly [string, Seen])[] = [
    ['Establish proximity', proximity(look, policy)],
    [
      'Short-lived codes',
      code?.expiresIn === undefined
        ? hidden('no code was seen, or nothing says how long it lives')
        : {
            ...either(code.expiresIn <= SHORT_CODE && !failed(outcomes.get('L20')), `a code lives ${code.expiresIn} seconds`),
            steps: [code.answer.step],
          },
    ],
    ['One-time or limited-use codes', byChecks(outcomes, ['L21', 'L22'], 'a code is redeemed once', 'a code is redeemed more than once')],
    ['Unique codes', unique(exam)],
    [
      'Content filtering',
      byChecks(outcomes, ['L10'], 'one address and one form of code, which a filter can know', 'the address changes with the request'),
    ],
    ['Detect and remediate', remediation(exam)],
    [
      'Trusted devices',
      policy === 'enrolled'
        ? seen('pass', 'the metadata says that only enrolled keys are approved')
        : seen('absent', 'a device that nobody enrolled was given a code; nothing announces that its key is looked at'),
    ],
    ['Trusted networks', hidden('everything is sent from one network')],
    [
      'Limited scopes',
      byChecks(outcomes, ['L23'], 'a client gets no more than it is registered for', 'a client gets more than it is registered for'),
    ],
    [
      'Short-lived tokens',
      tokens === undefined
        ? hidden('no token was seen')
        : {
            ...either(
              (numberIn(tokens, 'expires_in') ?? Infinity) <= SHORT_TOKEN,
              `an access token lives ${numberIn(tokens, 'expires_in') ?? 'nobody knows how many'} seconds`,
            ),
            steps: [tokens.step],
          },
    ],
    ['Rate limits', byChecks(outcomes, ['L11', 'L18'], 'polls and guesses are limited', 'polls or guesses are not limited')],
    ['Sender-constrained tokens', senderConstrained(exam)],
    [
      'User education',
      onPage(
        /(?:some|any)(?:body|one) else|sent (?:it )?to you|gave you|you (?:did not|didn.t|do not|don.t) (?:start|request|initiate|recogni)|only if you|yourself/i,
        'the pages warn of codes that somebody else has sent',
        'no page warns of codes that somebody else has sent',
      ),
    ],
    [
      'User experience',
      byChecks(outcomes, ['L17'], 'the page shows client, scopes, code and a way to deny', 'the page lacks what is needed to say no'),
    ],
    [
      'Authenticated initiation',
      byChecks(
        outcomes,
        ['L05'],
        'a client that can prove who it is has to, before a code is given out',
        'a code is given out without proof',
      ),
    ],
    ['Request initiation verification', countersign(look)],
    ['Binding by another channel', hidden('a further channel between person and device does not show on the wire')],
  ]
  return rows.map(([title, row], index) => ({ section: `6.1.${index + 1}`, title, ...row }))
}

function seen(standing: Standing, observed: string, steps: readonly number[] = []): Seen {
  return { standing, observed, steps }
}

const hidden = (observed: string): Seen => seen('not applicable', observed)

function either(isThere: boolean, yes: string, no = yes): Omit<Seen, 'steps'> {
  return { standing: isThere ? 'pass' : 'absent', observed: isThere ? yes : no }
}

function failed(outcome: Outcome | undefined): boolean {
  return outcome?.mark === 'FAIL' || outcome?.mark === 'HALF'
}

/** By checks that ran: one that failed is enough to say that it is absent, and none that ran says nothing. */
function byChecks(outcomes: Exam['outcomes'], ids: readonly string[], yes: string, no: string): Seen {
  const ran = ids.filter((id) => failed(outcomes.get(id)) || outcomes.get(id)?.mark === 'PASS')
  if (ran.length === 0) return hidden(ids.map((id) => `${id} did not run: ${outcomes.get(id)?.because ?? 'it was left out'}`).join('; '))
  const bad = ran.filter((id) => failed(outcomes.get(id)))
  const steps = (bad.length > 0 ? bad : ran).flatMap((id) => outcomes.get(id)?.steps ?? [])
  const by = ` (${(bad.length > 0 ? bad : ran).join(', ')})`
  return { standing: bad.length === 0 ? 'pass' : 'absent', observed: (bad.length === 0 ? yes : no) + by, steps }
}

function proximity({ words, pageSteps }: Look, policy: unknown): Seen {
  if (policy === 'same-network')
    return seen('pass', 'the metadata says that browser and device must share a network where no number is asked for')
  if (words === undefined) return hidden('no page of the server could be read')
  const isShown = /\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[\da-f]{0,4}(?::[\da-f]{0,4}){2,}|\b(?:network|location|country)\b/i.test(words)
  return { ...either(isShown, 'the page shows where the device is', 'no page says where the device is'), steps: pageSteps }
}

function unique({ codes }: Exam): Seen {
  if (codes.length < 2) return hidden('fewer than two codes were seen')
  const isUnique = [codes.map(({ deviceCode }) => deviceCode), codes.map(({ userCode }) => bare(userCode))].every(
    (each) => new Set(each).size === each.length,
  )
  return { ...either(isUnique, `of ${codes.length} codes none was given out twice`, 'a code was given out twice'), steps: [] }
}

function remediation({ outcomes, server }: Exam): Seen {
  const isEnded = outcomes.get('L21')?.notes.some((note) => note.startsWith('the replay ended')) === true
  if (isEnded) return seen('pass', 'a code that came back ended what it had minted (L21)', outcomes.get('L21')?.steps)
  const refresh = outcomes.get('L24')
  if (refresh === undefined || refresh.mark === 'SKIP' || refresh.mark === 'ERROR') {
    if (server.metadata['revocation_endpoint'] === undefined) return seen('absent', 'the metadata names no way to revoke what was granted')
    return hidden('a revocation endpoint is announced, and there was nothing to try it on')
  }
  const isRevocable = refresh.mark === 'PASS' && !refresh.notes.includes('there is no revocation endpoint')
  return seen(
    isRevocable ? 'pass' : 'absent',
    isRevocable ? 'what was granted can be revoked, and a replay ends it (L24)' : 'nothing ends what was granted (L24)',
    refresh.steps,
  )
}

function senderConstrained({ server, outcomes }: Exam): Seen {
  if (
    listOf(server, 'dpop_signing_alg_values_supported').length === 0 &&
    server.metadata['tls_client_certificate_bound_access_tokens'] !== true
  ) {
    return seen('absent', 'the metadata offers neither DPoP nor certificates')
  }
  return byChecks(outcomes, ['L25'], 'tokens are bound to the proven key', 'tokens are not bound as announced')
}

function countersign({ heard, heardSteps }: Look): Seen {
  if (heard === undefined) return hidden('nobody approved')
  const isAsked = heard === 'countersign_required'
  return seen(
    isAsked ? 'pass' : 'absent',
    isAsked
      ? 'after approval a number from the page has to come from the device'
      : `after approval the device hears ${heard}: nothing from the page has to reach it`,
    heardSteps,
  )
}
