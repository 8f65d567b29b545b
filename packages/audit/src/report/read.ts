/** A report that was written as JSON, read again. Invariant: what comes out has the shape that every form is made from. */
import { AuditError } from '../error.ts'
import { AXES } from '../verdict/axis.ts'
import { REPORT_VERSION, type Report } from '../verdict/report.ts'
import { SEVERITIES } from '../verdict/severity.ts'
import { isObject, type JsonObject } from '../json-object.ts'

/**
 * The report in a text that --json printed.
 * @throws AuditError `configuration_invalid`
 */
export function readReport(text: string): Report {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AuditError('configuration_invalid', 'This is not JSON.', { cause: error })
  }
  if (!isObject(value) || value['version'] !== REPORT_VERSION || !isReport(value)) {
    throw new AuditError('configuration_invalid', `This is not a report of version ${REPORT_VERSION}.`)
  }
  return value as unknown as Report
}

function isReport(report: JsonObject): boolean {
  const { kind, target, findings, ignored, mitigations, grade, notes, extent } = report
  return (
    isOneOf(kind, ['audit', 'probe', 'client', 'merged']) &&
    typeof target === 'string' &&
    isListOf(findings, isFinding) &&
    isListOf(ignored, (each) => isObject(each) && isFinding(each['finding']) && isOneOf(each['by'], ['comment', 'baseline'])) &&
    isListOf(mitigations, (each) => hasTexts(each, ['section', 'title', 'standing', 'observed']) && isListOf(each['steps'], isNumber)) &&
    isObject(grade) &&
    isNumber(grade['score']) &&
    isOneOf(grade['letter'], ['A', 'B', 'C', 'D', 'F', 'ungraded']) &&
    isObject(grade['axes']) &&
    Object.entries(grade['axes']).every(([axis, score]) => isOneOf(axis, AXES) && isNumber(score)) &&
    isListOf(grade['reasons'], isText) &&
    isListOf(notes, isText) &&
    isObject(extent) &&
    Object.values(extent).every(isNumber)
  )
}

function isFinding(value: unknown): boolean {
  return (
    hasTexts(value, ['rule', 'unit', 'message', 'fix']) &&
    isOneOf(value['verdict'], ['violates', 'satisfies', 'unknown']) &&
    isOneOf(value['severity'], SEVERITIES) &&
    isOneOf(value['confidence'], ['high', 'medium', 'low']) &&
    isOneOf(value['axis'], AXES) &&
    isOneOf(value['origin'], ['source', 'live']) &&
    (value['place'] === undefined || isPlace(value['place'])) &&
    isListOf(value['evidence'], (each) => hasTexts(each, ['note']) && (each['place'] === undefined || isPlace(each['place']))) &&
    isListOf(value['searched'], isText)
  )
}

function isPlace(value: unknown): boolean {
  return hasTexts(value, ['file']) && isNumber(value['line']) && isNumber(value['column'])
}

const isText = (value: unknown) => typeof value === 'string'
const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
const isOneOf = (value: unknown, words: readonly string[]) => typeof value === 'string' && words.includes(value)
const isListOf = (value: unknown, is: (each: unknown) => boolean) => Array.isArray(value) && value.every(is)

function hasTexts(value: unknown, names: readonly string[]): value is JsonObject {
  return isObject(value) && names.every((name) => isText(value[name]))
}
