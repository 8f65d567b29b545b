import { expect, test } from 'vitest'
import { type Finding, gradeOf } from '../src/index.ts'

const finding = (over: Partial<Finding>): Finding => ({
  rule: 'DF-C01',
  verdict: 'violates',
  severity: 'medium',
  confidence: 'high',
  axis: 'polling',
  origin: 'source',
  unit: 'a.ts#poll',
  message: '',
  fix: '',
  evidence: [],
  searched: [],
  ...over,
})

test('the worst axis is the floor', () => {
  const { letter, score, axes } = gradeOf([
    finding({}),
    finding({ rule: 'DF-C02' }),
    finding({ rule: 'DF-C13', axis: 'transport', verdict: 'satisfies' }),
  ])
  expect({ letter, score, axes }).toEqual({ letter: 'B', score: 84, axes: { polling: 84, transport: 100 } })
})

test('the same rule costs once in a unit, and again in another', () => {
  expect(gradeOf([finding({}), finding({})]).score).toBe(92)
  expect(gradeOf([finding({}), finding({ unit: 'b.ts#poll' })]).score).toBe(84)
})

test('a high defect holds the letter at C, a critical one at F', () => {
  expect(gradeOf([finding({ severity: 'high' })]).letter).toBe('C')
  expect(gradeOf([finding({ severity: 'critical' })]).letter).toBe('F')
})

test('without answers there is no grade', () => {
  expect(gradeOf([]).letter).toBe('ungraded')
  expect(gradeOf([finding({ verdict: 'unknown' }), finding({ rule: 'DF-C02', verdict: 'satisfies' })]).letter).toBe('ungraded')
})
