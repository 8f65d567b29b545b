/**
 * A report as SARIF 2.1.0, for code scanning, which shows nothing that has no line: what only a probe saw is a notification of the run.
 * What somebody left alone is not in it: code scanning would open an alert for it all the same, whatever the log says of suppressions.
 */
import { RULES } from '../rules/catalogue.ts'
import type { Finding, Place } from '../verdict/finding.ts'
import type { Report } from '../verdict/report.ts'
import type { Severity } from '../verdict/severity.ts'
import { sorted } from './sorted.ts'
import { pageOf } from './titles.ts'

const LEVELS: Readonly<Record<Severity, string>> = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'note' }
/** What code scanning sorts by: 9 and more is critical, 7 high, 4 medium. */
const NUMBERS: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.0', low: '3.0', info: '0.5' }

export interface SarifOptions {
  readonly toolVersion: string
  /** What each result is recognised by later. */
  readonly fingerprint: (finding: Finding) => string
  /** From the root of the repository to the target, with forward slashes; empty when they are one. */
  readonly prefix?: string
}

/** The log as a plain object. */
export function sarifOf(report: Report, { toolVersion, fingerprint, prefix = '' }: SarifOptions): object {
  const { bad: all } = sorted(report)
  const bad = all.filter(({ place }) => place !== undefined)
  const onWire = all.filter(({ place }) => place === undefined)
  const ids = [...new Set(bad.map(({ rule }) => rule))].sort()
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'countersign',
            version: toolVersion,
            informationUri: 'https://github.com/countersign/countersign',
            rules: ids.map(ruleOf),
          },
        },
        results: bad.map((finding) => ({
          ...resultOf(finding, ids, prefix),
          partialFingerprints: { 'countersign/v1': fingerprint(finding) },
        })),
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              ...onWire.map(({ rule, severity, message }) => ({ level: LEVELS[severity], message: { text: `${rule}: ${message}` } })),
              ...report.notes.map((text) => ({ level: 'note', message: { text } })),
            ],
          },
        ],
        properties: { grade: report.grade.letter, score: report.grade.score },
      },
    ],
  }
}

function ruleOf(id: string): object {
  const rule = RULES.find((each) => each.id === id)
  if (rule === undefined) return { id }
  return {
    id,
    name: rule.title.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => (next ?? '').toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: `${rule.title}. ${rule.fix}` },
    help: { text: `${rule.fix} Sources: ${rule.sources.join(', ')}.` },
    helpUri: pageOf(id),
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: {
      'security-severity': NUMBERS[rule.severity],
      precision: rule.confidence === 'high' ? 'very-high' : rule.confidence,
      tags: [
        'security',
        'oauth',
        'device-flow',
        ...rule.sources.filter((each) => each.startsWith('CWE')).map((each) => `external/cwe/${each.toLowerCase()}`),
      ],
    },
  }
}

function resultOf(finding: Finding, ids: readonly string[], prefix: string): object {
  const { rule, severity, confidence, message, place, excerpt, evidence, fix, proven } = finding
  const steps = evidence.filter((each) => each.place !== undefined)
  return {
    ruleId: rule,
    ruleIndex: ids.indexOf(rule),
    level: LEVELS[severity],
    message: { text: `${message} ${fix}${proven === true ? ' A probe saw it on the wire as well.' : ''}` },
    ...(place === undefined ? {} : { locations: [{ physicalLocation: physical(prefix, place, excerpt) }] }),
    properties: { confidence, proven: proven === true },
    ...(steps.length < 2
      ? {}
      : {
          codeFlows: [
            {
              threadFlows: [
                {
                  locations: steps.map((step) => ({
                    location: { physicalLocation: physical(prefix, step.place as Place), message: { text: step.note } },
                  })),
                },
              ],
            },
          ],
        }),
  }
}

function physical(prefix: string, { file, line, column }: Place, excerpt?: string): object {
  const path = [...prefix.split('/'), ...file.split('/')].filter((name) => name !== '').map(encodeURIComponent)
  return {
    artifactLocation: { uri: path.join('/'), uriBaseId: '%SRCROOT%' },
    region: {
      startLine: Math.max(1, line),
      startColumn: Math.max(1, column),
      ...(excerpt === undefined ? {} : { snippet: { text: excerpt } }),
    },
  }
}
