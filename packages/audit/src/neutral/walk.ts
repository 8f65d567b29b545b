/** Going through the neutral form. */
import type { Call, Func, Node } from './tree.ts'

/** The nodes right below a node, in the order of the source. A lambda's body is below it. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'name':
    case 'text':
    case 'number':
    case 'constant':
    case 'break':
    case 'continue':
      return []
    case 'field':
      return [node.base]
    case 'index':
      return [node.base, node.index]
    case 'template':
      return node.parts
    case 'object':
      return node.entries.flatMap(({ computed, value }) => (computed === undefined ? [value] : [computed, value]))
    case 'list':
      return node.items
    case 'call':
      return [node.callee, ...node.args.map(({ value }) => value)]
    case 'binary':
      return [node.left, node.right]
    case 'unary':
      return [node.operand]
    case 'conditional':
      return [node.test, node.yes, node.no]
    case 'assign':
      return [node.value, node.target]
    case 'lambda':
      return node.func.body
    case 'markup':
      return [...node.attributes.map(({ value }) => value), ...node.content]
    case 'other':
      return node.children
    case 'block':
      return node.body
    case 'if':
      return [node.test, ...node.yes, ...node.no]
    case 'loop':
      return [...node.init, ...present(node.over), ...present(node.test), ...node.body, ...node.update]
    case 'switch':
      return [...present(node.subject), ...node.cases.flatMap(({ tests, body }) => [...tests, ...body])]
    case 'try':
      return [...node.body, ...node.handlers.flatMap(({ body }) => body), ...node.otherwise, ...node.last]
    case 'return':
    case 'throw':
      return present(node.value)
  }
}

function present(node: Node | undefined): readonly Node[] {
  return node === undefined ? [] : [node]
}

/** Every node at and below the given ones, outside first. */
export function* nodesOf(nodes: Iterable<Node>): Generator<Node> {
  for (const node of nodes) {
    yield node
    yield* nodesOf(childrenOf(node))
  }
}

/** Every node in a function, its decorators and the presets of its parameters included. */
export function nodesIn(func: Func): readonly Node[] {
  return func.nodes
}

/** Every walk is recursive: what is deeper is not read at all. */
const DEEPEST = 1000

/** What `nodesIn` gives, put together. @throws RangeError */
export function allNodesOf({ decorators, params, body }: Pick<Func, 'decorators' | 'params' | 'body'>): Node[] {
  const found: Node[] = []
  const visit = (node: Node, depth: number): void => {
    if (depth > DEEPEST) throw new RangeError('nested deeper than anybody writes')
    found.push(node)
    for (const child of childrenOf(node)) visit(child, depth + 1)
  }
  for (const node of decorators) visit(node, 0)
  for (const { preset } of params) if (preset !== undefined) visit(preset, 0)
  for (const node of body) visit(node, 0)
  return found
}

/** The names of a path such as `this.store.find`, as `['this', 'store', 'find']`; a call in it counts as its callee. */
export function pathOf(node: Node): string[] {
  switch (node.kind) {
    case 'name':
      return [node.name]
    case 'field':
      return [...pathOf(node.base), node.name]
    case 'index':
      return pathOf(node.base)
    case 'call':
      return pathOf(node.callee)
    case 'binary':
      return pathOf(node.right)
    default:
      return []
  }
}

/** The last name of a path: what is called, or what is read; empty when there is none. */
export function lastName(node: Node): string {
  return node.kind === 'name' || node.kind === 'field' ? node.name : node.kind === 'call' ? lastName(node.callee) : ''
}

/** `fetch` or `axios.post`: the path of what is called, joined by dots. */
export function calleeOf(call: Call): string {
  return pathOf(call.callee).join('.')
}

/** `deviceCode`, `DeviceCode` and `DEVICE_CODE` are one word: `device_code`. */
export function wordOf(name: string): string {
  if (/^[a-z][a-z0-9_]*$/.test(name)) return name
  const text = name
    .replace(/^[_$#]+/, '')
    .replaceAll('DPoP', 'Dpop')
    .replace(/[\s-]+/g, '_')
  let word = ''
  let from = 0
  for (let at = 1; at < text.length; at++) {
    if (!isUpper(text.charCodeAt(at))) continue
    const before = text.charCodeAt(at - 1)
    // Behind a small letter or a digit, and the last of several capitals where a small one follows: `HTTPServer`.
    if (isLower(before) || isDigit(before) || (isUpper(before) && isLower(text.charCodeAt(at + 1)))) {
      word += `${text.slice(from, at)}_`
      from = at
    }
  }
  return (word + text.slice(from)).toLowerCase()
}

// By codes: every name of every file comes by here.
const isUpper = (code: number) => code >= 65 && code <= 90
const isLower = (code: number) => code >= 97 && code <= 122
const isDigit = (code: number) => code >= 48 && code <= 57

/** The word of the last name of a path. */
export function lastWord(node: Node): string {
  return wordOf(lastName(node))
}
