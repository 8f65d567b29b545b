/** What a rule is: one question about a device flow, asked of every unit in the neutral form, whatever the language. */
import type { ClientUnit, ServerUnit, Subject } from '../facts/roles.ts'
import type { Spot } from '../neutral/spot.ts'
import type { Func } from '../neutral/tree.ts'
import type { RegisteredClient } from '../registry/clients.ts'
import type { Registry } from '../registry/registries.ts'
import type { Axis } from '../verdict/axis.ts'
import type { Verdict } from '../verdict/finding.ts'
import type { Confidence, Severity } from '../verdict/severity.ts'

export interface Judgement {
  readonly verdict: Verdict
  /** What was judged. */
  readonly unit: Func
  /** Where it shows; the unit itself when absent. */
  readonly spot?: Spot
  readonly message: string
  /** What else makes the case. */
  readonly evidence?: readonly Spot[]
  /** What would have cleared it. */
  readonly searched?: readonly string[]
  /** When this case is milder or worse than the rule. */
  readonly severity?: Severity
  readonly confidence?: Confidence
}

export interface Rule {
  /** Such as `DF-C01`. */
  readonly id: string
  /** The defect, in a few words. */
  readonly title: string
  readonly severity: Severity
  readonly confidence: Confidence
  readonly axis: Axis
  readonly side: 'client' | 'server'
  /** RFC sections, CWE numbers, or `policy`. */
  readonly sources: readonly string[]
  readonly fix: string
  readonly check: (subject: Subject) => readonly Judgement[]
  /** Asked of every client that settings let use the device grant. */
  readonly checkRegistered?: (client: RegisteredClient, registry: Registry, subject: Subject) => Judgement | undefined
}

/** Asks every client. */
export function perClient(check: (client: ClientUnit, subject: Subject) => readonly Judgement[] | Judgement | undefined): Rule['check'] {
  return (subject) => subject.clients.flatMap((client) => check(client, subject) ?? [])
}

/** Asks the server, when there is one. */
export function onServer(check: (server: ServerUnit, subject: Subject) => readonly Judgement[] | Judgement | undefined): Rule['check'] {
  return (subject) => {
    if (subject.server === undefined) return []
    const judged = check(subject.server, subject) ?? []
    return Array.isArray(judged) ? (judged as readonly Judgement[]) : [judged as Judgement]
  }
}

type Parts = Partial<Omit<Judgement, 'verdict' | 'unit' | 'message'>>

export function violates(unit: Func, message: string, parts: Parts = {}): Judgement {
  return { verdict: 'violates', unit, message, ...parts }
}

export function satisfies(unit: Func, message: string, parts: Parts = {}): Judgement {
  return { verdict: 'satisfies', unit, message, ...parts }
}

export function unknown(unit: Func, message: string, parts: Parts = {}): Judgement {
  return { verdict: 'unknown', unit, message, ...parts }
}

/** The verdict that a library has earned for the rule; undefined when it says nothing about it. */
export function byModel(client: ClientUnit, rule: string): Judgement | undefined {
  const { model, root } = client
  if (model === undefined) return undefined
  if (model.keeps.includes(rule)) return satisfies(root, `${model.library} does this for its callers.`)
  return model.breaks.includes(rule)
    ? violates(root, `${model.library} does not do this, and nothing here makes up for it.`)
    : unknown(root, `What ${model.library} does here is not known.`)
}
