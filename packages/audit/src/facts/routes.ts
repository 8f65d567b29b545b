/** What an HTTP server offers: methods, paths, handlers, and what stands before them. */
import type { Project } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastName, lastWord, nodesOf, wordOf } from '../neutral/walk.ts'

export interface Route {
  /** Upper case; `ANY` when the source does not say. */
  readonly method: string
  readonly path: string
  readonly handlers: readonly Func[]
  /** Words of all that is named beside the handler: middleware, decorators, options. */
  readonly guards: readonly string[]
  readonly node: Node
  readonly from: Func
}

const METHODS =
  /^(?:get|post|put|patch|delete|all|any|use|route|handle|handle_func|api_route|add_url_rule|add_api_route|path|re_path|url|group|create_auth_endpoint|register|register_route|on|endpoint|method)$/

export function routesOf(project: Project): Route[] {
  return [...project.functions.flatMap((func) => called(project, func)), ...project.functions.flatMap(decorated)]
}

function pathIn(node: Node | undefined): string | undefined {
  if (node?.kind === 'text') return /^(?:(?:GET|POST|PUT|DELETE|PATCH)\s+)?\/|^[a-z_/-]+\/?$|^$/i.test(node.value) ? node.value : undefined
  if (node?.kind === 'template') return [...nodesOf([node])].map((each) => (each.kind === 'text' ? each.value : '')).join('')
  return node !== undefined && /path|route|endpoint/i.test(lastName(node)) ? lastName(node) : undefined
}

function called(project: Project, from: Func): Route[] {
  return project.callsIn(from).flatMap((call): Route[] => {
    const name = lastWord(call.callee)
    if (!METHODS.test(name) || call.args.length < 2) return []
    const path = pathIn(call.args[0]?.value) ?? pathIn(call.args[1]?.value)
    if (path === undefined) return []
    const handlers = call.args.slice(1).flatMap(({ value }) => functionsIn(project, value, from))
    if (handlers.length === 0) return []
    const words = call.args
      .slice(1)
      .flatMap(({ value }) =>
        value.kind === 'lambda'
          ? []
          : [...nodesOf([value])]
              .filter((each) => each.kind !== 'lambda')
              .flatMap((each) => [lastWord(each), ...(each.kind === 'object' ? each.entries.map(({ key }) => wordOf(key ?? '')) : [])]),
      )
    const verb =
      /^(?:GET|POST|PUT|DELETE|PATCH)\b/.exec(path)?.[0] ??
      (/^(?:get|post|put|patch|delete)$/.test(name) ? name.toUpperCase() : methodIn(call.args.map(({ value }) => value)))
    return [{ method: verb, path, handlers, guards: words.filter((word) => word !== ''), node: call, from }]
  })
}

function methodIn(nodes: readonly Node[]): string {
  for (const node of nodesOf(nodes)) {
    if (node.kind !== 'object') continue
    const method = node.entries.find(({ key }) => key === 'method')?.value
    if (method?.kind === 'text') return method.value.toUpperCase()
  }
  return 'ANY'
}

function functionsIn(project: Project, node: Node, from: Func): Func[] {
  if (node.kind === 'lambda') return [node.func]
  if (node.kind === 'call') return node.args.flatMap(({ value }) => functionsIn(project, value, from))
  if (node.kind !== 'name' && node.kind !== 'field') return []
  const name = lastName(node)
  const all = project.functions.filter((func) => func.name === name)
  const near = all.filter(({ file }) => file === from.file)
  return near.length > 0 ? near : all.length <= 3 ? all : []
}

function decorated(func: Func): Route[] {
  return func.decorators.flatMap((decorator): Route[] => {
    if (decorator.kind !== 'call' || !METHODS.test(lastWord(decorator.callee))) return []
    const name = lastWord(decorator.callee)
    // `@Get()` is the path of its class.
    const path = decorator.args.length === 0 && /^(?:get|post|put|patch|delete|all)$/.test(name) ? '' : pathIn(decorator.args[0]?.value)
    if (path === undefined) return []
    const listed = decorator.args.find((each) => each.name === 'methods')?.value
    const texts =
      listed === undefined ? [] : [...nodesOf([listed])].flatMap((each) => (each.kind === 'text' ? [each.value.toUpperCase()] : []))
    const method = /^(?:get|post|put|patch|delete)$/.test(name)
      ? name.toUpperCase()
      : texts.length === 0
        ? name === 'route'
          ? 'GET'
          : 'ANY'
        : texts.includes('POST') && !texts.includes('GET')
          ? 'POST'
          : 'ANY'
    return [{ method, path, handlers: [func], guards: guardsOf(func), node: decorator, from: func }]
  })
}

/** Words of the decorators of a function, and of what its parameters depend on. */
export function guardsOf(func: Func): string[] {
  const presets = func.params.flatMap(({ preset, type }) => [
    ...(preset === undefined ? [] : [...nodesOf([preset])].map(lastWord)),
    ...type.split(/\W+/).map(wordOf),
  ])
  return [...[...nodesOf(func.decorators)].map(lastWord), ...presets].filter((word) => word !== '')
}
