/** The number that an expression comes to, when it can be known without running anything. */
import { areKin, type Project } from '../link/project.ts'
import type { Call, Func, Node } from '../neutral/tree.ts'
import { calleeOf, lastName, lastWord, pathOf, wordOf } from '../neutral/walk.ts'

/** Units of time in seconds. */
const UNITS: Readonly<Record<string, number>> = {
  nanosecond: 1e-9,
  microsecond: 1e-6,
  millisecond: 1e-3,
  milliseconds: 1e-3,
  second: 1,
  seconds: 1,
  minute: 60,
  minutes: 60,
  hour: 3600,
  hours: 3600,
  day: 86_400,
  days: 86_400,
  weeks: 604_800,
}

/** A number as written, or its value after constants, sums and units (`5 * time.Second` is 5, `timedelta(minutes=30)` 1800, `"30m"` 1800). */
export function folded(project: Project, node: Node, func: Func, depth = 0): number | undefined {
  if (depth > 12) return undefined
  const sub = (each: Node): number | undefined => folded(project, each, func, depth + 1)
  switch (node.kind) {
    case 'number':
      return node.value
    case 'text':
      return durationOf(node.value)
    case 'name':
    case 'field': {
      const path = pathOf(node)
      if (path[0] === 'time' && path.length === 2 && wordOf(path[1] ?? '') in UNITS) return UNITS[wordOf(path[1] ?? '')]
      const value = definitionOf(project, node, func)
      return value === undefined ? undefined : folded(project, value.value, value.func, depth + 1)
    }
    case 'binary': {
      const [left, right] = [sub(node.left), sub(node.right)]
      if (node.op === '??' || node.op === '||') return left ?? right
      return left === undefined || right === undefined ? undefined : arithmetic(node.op, left, right)
    }
    case 'unary':
      return node.op === '-' ? negative(sub(node.operand)) : undefined
    case 'conditional':
      return sub(node.no) ?? sub(node.yes)
    case 'call':
      return called(project, node, func, depth)
    default:
      return undefined
  }
}

function arithmetic(op: string, left: number, right: number): number | undefined {
  const results: Readonly<Record<string, number>> = {
    '+': left + right,
    '-': left - right,
    '*': left * right,
    '/': left / right,
    '**': left ** right,
    '//': Math.floor(left / right),
  }
  return results[op]
}

function negative(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value
}

function called(project: Project, call: Call, func: Func, depth: number): number | undefined {
  const name = lastWord(call.callee)
  const sub = (each: Node | undefined): number | undefined => (each === undefined ? undefined : folded(project, each, func, depth + 1))
  if (name === 'timedelta') {
    const parts = call.args.map((each) => [each.name ?? 'days', sub(each.value)] as const)
    return parts.some(([, value]) => value === undefined)
      ? undefined
      : parts.reduce((sum, [unit, value]) => sum + (value ?? 0) * (UNITS[unit] ?? 1), 0)
  }
  if (/^(?:int|float|number|duration|seconds|parse_int|parse_float|int64|uint|int32|ms|coerce|min_duration)$/.test(name))
    return sub(call.args[0]?.value)
  if (/^(?:max|min)$/.test(name)) {
    const all = call.args.map(({ value }) => sub(value))
    return all.some((each) => each === undefined)
      ? undefined
      : name === 'max'
        ? Math.max(...(all as number[]))
        : Math.min(...(all as number[]))
  }
  // getenv('X', 1800), viper.GetInt, cfg.DurationF(key, time.Minute*15): the preset is what everybody gets.
  if (/(?:env|get|setting|option|config|field|default|duration|_f$|preset)/.test(name)) {
    const presets = [...call.args]
      .reverse()
      .map((each) => (each.value.kind === 'text' && durationOf(each.value.value) === undefined ? undefined : sub(each.value)))
    return presets.find((each) => each !== undefined)
  }
  return /^(?:seconds|milliseconds)$/.test(calleeOf(call)) ? sub(call.args[0]?.value) : undefined
}

/** `30m`, `1h30m`, `90s`, `1800`: seconds. */
export function durationOf(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text)
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|seconds?|minutes?|mins?|hours?|days?)/g)]
  if (parts.length === 0 || parts.map(([all]) => all).join('') !== text.replace(/\s+(?=\d)/g, '')) return undefined
  const unit: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }
  return parts.reduce((sum, [, amount, name]) => sum + Number(amount) * (name === 'ms' ? 0.001 : (unit[(name ?? 's')[0] ?? 's'] ?? 1)), 0)
}

export interface Definition {
  readonly value: Node
  readonly func: Func
}

/** Everybody who writes the constant down writes the same. */
function areAlike(all: readonly Definition[]): boolean {
  const told = new Set(all.map(({ value }) => (value.kind === 'text' || value.kind === 'number' ? String(value.value) : undefined)))
  return told.size === 1 && !told.has(undefined)
}

/** What a name was given: in the function, else the preset of a parameter, else in the file or the class, else anywhere when it is only once. */
export function definitionOf(project: Project, node: Node, func: Func): Definition | undefined {
  const name = lastName(node)
  if (name === '') return undefined
  if (node.kind === 'name') {
    const local = project.assignsIn(func).find((each) => each.op === '=' && each.target.kind === 'name' && each.target.name === name)
    if (local !== undefined) return { value: local.value, func }
    const preset = func.params.find((each) => each.name === name)
    if (preset !== undefined) return preset.preset === undefined ? undefined : { value: preset.preset, func }
  }
  const path = pathOf(node)
  const qualified = project.globals.get(path.slice(-2).join('.')) ?? []
  const all = (qualified.length > 0 ? qualified : (project.globals.get(name) ?? [])).filter((each) => areKin(each.func.file, func.file))
  const found = all.find((each) => each.func.file === func.file) ?? (all.length <= 3 || areAlike(all) ? all[0] : undefined)
  return found === undefined ? undefined : { value: found.value, func: found.func }
}
