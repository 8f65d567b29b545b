/**
 * Judges what was asked and answered, from outside and afterwards: pure, and ignorant of how a server works. Times are those at the client, so
 * "after" always means: sent when the answer to the other request was there. What nobody can know for certain is held against nobody.
 */
import type { Entry, Rules } from './record.ts'

/** Answers that leave open whether the request was done. */
const isOpen = ({ outcome }: Entry) => outcome === 'lost' || outcome === 'unavailable'
const isDone = ({ outcome }: Entry) => outcome === 'done'
const after = (one: Entry, other: Entry) => one.sent > other.answered
const ENDS = new Set(['done', 'access_denied', 'expired_token', 'invalid_grant'])

/** Says of each invariant that did not hold where it did not, as a sentence; nothing when all held. */
export function judge(record: readonly Entry[], rules: Rules): readonly string[] {
  const logins = new Map<string, Entry[]>()
  for (const entry of record) {
    if (entry.login === '') continue
    const entries = logins.get(entry.login)
    if (entries === undefined) logins.set(entry.login, [entry])
    else entries.push(entry)
  }
  return [...anywhere(record, rules), ...[...logins.values()].flatMap((entries) => ofLogin(entries, rules))]
}

function anywhere(record: readonly Entry[], { calm }: Rules): string[] {
  const wrong = record.filter(({ outcome }) => outcome.startsWith('wrong')).map((entry) => said(entry, 'an answer that no standard has'))
  const failed = record
    .filter((entry) => isOpen(entry) && calm.some(({ from, to }) => entry.sent >= from && entry.answered <= to))
    .map((entry) => said(entry, 'failed although nothing was broken'))
  return [...wrong, ...failed]
}

function ofLogin(unordered: readonly Entry[], rules: Rules): string[] {
  const entries = [...unordered].sort((one, other) => one.sent - other.sent)
  const of = (asked: Entry['asked']) => entries.filter((entry) => entry.asked === asked)
  const [issue] = of('issue').filter(isDone)
  if (issue === undefined) return entries.map((entry) => said(entry, 'about a code that nobody was given'))
  const polls = of('poll')
  const login: Login = {
    polls,
    enters: of('enter'),
    approvals: of('approve'),
    denials: of('deny'),
    refreshes: of('refresh'),
    revocations: of('revoke'),
    looks: of('look'),
    redeemed: polls.find(isDone),
    // Between the two its life may be over or not, as far as anybody outside can tell.
    endsFrom: issue.sent + rules.lifeMs - rules.skewMs,
    halfway: issue.sent + rules.lifeMs / 2 - rules.skewMs,
    endsBy: issue.answered + rules.lifeMs + rules.skewMs,
  }
  return [
    ...tokensOf(login),
    ...pollsOf(login),
    ...decisionsOf(login),
    ...afterRevocation(login),
    ...rotationsOf(login, rules),
    ...endOf(login, rules),
  ]
}

interface Login {
  readonly polls: readonly Entry[]
  readonly enters: readonly Entry[]
  readonly approvals: readonly Entry[]
  readonly denials: readonly Entry[]
  readonly refreshes: readonly Entry[]
  readonly revocations: readonly Entry[]
  readonly looks: readonly Entry[]
  readonly redeemed: Entry | undefined
  readonly endsFrom: number
  readonly halfway: number
  readonly endsBy: number
}

/** Never two token sets for one approval; never one without it, after a denial, or after the code has expired. */
function tokensOf({ polls, approvals, denials, endsBy }: Login): string[] {
  const given = polls.filter(isDone)
  return [
    ...given.slice(1).map((poll) => said(poll, 'a second token set for one approval')),
    ...given
      .filter((poll) => !approvals.some((approval) => approval.sent < poll.answered))
      .map((poll) => said(poll, 'tokens that nobody approved')),
    ...given.filter(() => denials.some(isDone)).map((poll) => said(poll, 'tokens although a denial was acknowledged')),
    ...given.filter((poll) => poll.sent > endsBy).map((poll) => said(poll, 'tokens for a code that has expired')),
  ]
}

/** What a poll is told has to be true, and an acknowledged decision is never forgotten. */
function pollsOf({ polls, approvals, denials, endsFrom }: Login): string[] {
  return polls.flatMap((poll) => {
    const { outcome } = poll
    const approved = approvals.find((approval) => isDone(approval) && after(poll, approval))
    const denied = denials.find((denial) => isDone(denial) && after(poll, denial))
    const waits = outcome === 'authorization_pending' || outcome === 'slow_down'
    const spent = polls.some((other) => other !== poll && other.sent < poll.answered && (isDone(other) || isOpen(other)))
    const asked = [...approvals, ...denials].some(({ sent }) => sent < poll.answered)
    if (waits && approved !== undefined) return [said(poll, 'an acknowledged approval was forgotten')]
    if (waits && denied !== undefined) return [said(poll, 'an acknowledged denial was forgotten')]
    if (outcome === 'access_denied' && !denials.some(({ sent }) => sent < poll.answered)) return [said(poll, 'denied by nobody')]
    if (outcome === 'expired_token' && poll.answered < endsFrom) return [said(poll, 'expired too early')]
    // Who lost an answer may have lost tokens with it, if somebody had approved by then.
    if (outcome === 'invalid_grant' && !(spent && asked)) return [said(poll, 'the code was forgotten')]
    if (outcome === 'invalid_grant' && denied !== undefined) return [said(poll, 'an acknowledged denial was forgotten')]
    return []
  })
}

/** The page takes a code that lives and nobody has decided about. */
function decisionsOf({ enters, approvals, denials, halfway, endsBy }: Login): string[] {
  const decisions = [...approvals, ...denials]
  const undecided = (entry: Entry) => !decisions.some((decision) => decision !== entry && decision.sent < entry.answered)
  return [
    // In the last part of a code's life pages refuse it, so that there is time for one more poll.
    ...[...enters, ...decisions]
      .filter((entry) => entry.outcome === 'refused' && entry.answered < halfway && undecided(entry))
      .map((entry) => said(entry, 'a page did not know a code that lives')),
    ...decisions.filter((entry) => isDone(entry) && entry.sent > endsBy).map((entry) => said(entry, 'decided after the code had expired')),
    ...decisions
      .filter(isDone)
      .slice(1)
      .map((entry) => said(entry, 'decided a second time')),
  ]
}

/** Nothing works any more after a revocation that was acknowledged. */
function afterRevocation({ revocations, refreshes, looks, polls }: Login): string[] {
  const [revoked] = revocations.filter(isDone)
  if (revoked === undefined) return []
  return [...refreshes, ...looks, ...polls]
    .filter((entry) => isDone(entry) && after(entry, revoked))
    .map((entry) => said(entry, 'it was revoked'))
}

/** Each refresh token has one successor; a grant, and a rotation, that was acknowledged is there until somebody ends it. */
function rotationsOf({ refreshes, looks, revocations, polls, redeemed }: Login, { graceMs, skewMs }: Rules): string[] {
  const given = refreshes.filter(isDone)
  const twice = given.filter((entry) => {
    const first = given.find(({ presented }) => presented === entry.presented)
    // Who proves the key gets the answer that was lost again. Nobody else does: the next to come might be its thief.
    return first !== entry && !(entry.bound && first?.got === entry.got)
  })
  const refused = [...refreshes, ...looks].filter(({ outcome }) => outcome === 'invalid_grant' || outcome === 'invalid_token')
  // Its answer was lost, and it was presented again. That is a replay, and ends the family; but who proves the key in time gets the answer again.
  const replays = refreshes.filter((again) =>
    refreshes.some(
      (open) =>
        isOpen(open) &&
        open.presented === again.presented &&
        open.sent < again.sent &&
        !(again.bound && again.answered < open.sent + graceMs - skewMs),
    ),
  )
  const forgotten = refused.filter((entry) => {
    const before = ({ sent }: Entry) => sent < entry.answered
    // A poll whose answer was lost may come in behind the one that got the tokens. Then the code was used twice, as it is when somebody polls later.
    const usedTwice = polls.some((poll) => before(poll) && (poll.outcome === 'lost' || (redeemed !== undefined && after(poll, redeemed))))
    return !revocations.some(before) && !replays.some(before) && !usedTwice
  })
  return [
    ...twice.map((entry) => said(entry, 'one refresh token had two successors')),
    ...forgotten.map((entry) => said(entry, 'an acknowledged grant was forgotten')),
  ]
}

/** Who keeps the rules gets tokens or a truthful error, in time. */
function endOf({ polls, endsBy }: Login, { littleMs }: Rules): string[] {
  const end = polls.find(({ outcome }) => ENDS.has(outcome))
  if (end === undefined) return [`login ${polls[0]?.login ?? '?'}: nobody ever learnt how it ended`]
  return end.answered > endsBy + littleMs ? [said(end, 'it took too long to learn how it ended')] : []
}

function said({ who, asked, login, sent, answered, outcome }: Entry, fault: string): string {
  return `login ${login}: ${fault} (${who}: ${asked}, ${Math.round(sent)} to ${Math.round(answered)} ms: ${outcome})`
}
