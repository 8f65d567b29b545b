/** A report as SARIF 2.1.0, for code scanning. */
import { RULES } from '../rules/catalogue.ts'
import type { Finding, Place } from '../verdict/finding.ts'
import type { Report } from '../verdict/report.ts'
import type { Severity } from '../verdict/severity.ts'

const LEVELS: Readonly<Record<Severity, string>> = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'note' }
/** What code scanning sorts by: 9 and more is critical, 7 high, 4 medium. */
const NUMBERS: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.0', low: '3.0', info: '0.5' }
const PAGES = 'https://github.com/countersign/countersign/blob/main/docs/rules/'

/** The log as a plain object. `fingerprint` says what each result is recognised by later. */
export function sarifOf(report: Report, toolVersion: string, fingerprint: (finding: Finding) => string): object {
  const bad = report.findings.filter(({ verdict }) => verdict === 'violates')
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
        results: bad.map((finding) => ({ ...resultOf(finding, ids), partialFingerprints: { 'countersign/v1': fingerprint(finding) } })),
        invocations: [
          { executionSuccessful: true, toolExecutionNotifications: report.notes.map((text) => ({ level: 'note', message: { text } })) },
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
    helpUri: `${PAGES}${id}.md`,
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

function resultOf(finding: Finding, ids: readonly string[]): object {
  const { rule, severity, message, place, evidence, fix } = finding
  const steps = evidence.filter((each) => each.place !== undefined)
  return {
    ruleId: rule,
    ruleIndex: ids.indexOf(rule),
    level: LEVELS[severity],
    message: { text: `${message} ${fix}` },
    ...(place === undefined ? {} : { locations: [{ physicalLocation: physical(place) }] }),
    ...(steps.length < 2
      ? {}
      : {
          codeFlows: [
            {
              threadFlows: [
                {
                  locations: steps.map((step) => ({
                    location: { physicalLocation: physical(step.place as Place), message: { text: step.note } },
                  })),
                },
              ],
            },
          ],
        }),
  }
}

function physical({ file, line, column }: Place): object {
  return {
    artifactLocation: { uri: encodeURI(file), uriBaseId: '%SRCROOT%' },
    region: { startLine: Math.max(1, line), startColumn: Math.max(1, column) },
  }
}
