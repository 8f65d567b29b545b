/** TypeScript and JavaScript into the neutral form. */
import type { Node as Syntax } from 'web-tree-sitter'
import type { Argument, Entry, Handler, Node, Param, SourceFile } from '../neutral/tree.ts'
import { at, declared, field, numberOf, operatorOf, other, partsOf, unquoted } from './making.ts'
import { addImport, addRequire, addShape } from './script-declarations.ts'
import { decoratorsOf, takenFrom } from './script-decorators.ts'
import { preparedIn } from './prepared.ts'
import { assigned } from './script-patterns.ts'
import type { Scope } from './script-scope.ts'

const FUNCTIONS = new Set(['arrow_function', 'function_expression', 'function', 'generator_function'])
const DECLARATIONS = new Set(['function_declaration', 'generator_function_declaration', 'method_definition'])
/** What has no meaning of its own: what stands in it counts. */
const WRAPPERS = new Set([
  'parenthesized_expression',
  'as_expression',
  'satisfies_expression',
  'non_null_expression',
  'type_assertion',
  'await_expression',
  // What a generator hands to the helper of an older target is awaited there.
  'yield_expression',
  'computed_property_name',
])

/** Lowers a whole file; what is outside of all functions becomes the function `<file>`. */
export function lowerScript(root: Syntax, file: SourceFile): void {
  const scope: Scope = { file, owner: '', naming: '', prepared: preparedIn(root) }
  declared(file, root, { name: '<file>', owner: '', params: [], body: statements(partsOf(root), scope) })
}

function statements(nodes: readonly Syntax[], scope: Scope): Node[] {
  return nodes.flatMap((node) => statement(node, scope))
}

function body(node: Syntax | null, scope: Scope): Node[] {
  if (node === null) return []
  return node.type === 'statement_block' ? statements(partsOf(node), scope) : statement(node, scope)
}

function statement(node: Syntax, scope: Scope): Node[] {
  const inner = (name: string): Node[] => body(field(node, name), scope)
  switch (node.type) {
    case 'expression_statement':
      return partsOf(node).map((each) => expression(each, scope))
    case 'lexical_declaration':
    case 'variable_declaration':
      return partsOf(node).flatMap((each) => declarator(each, scope))
    case 'if_statement':
      return [
        {
          kind: 'if',
          ...at(node),
          test: expression(field(node, 'condition'), scope),
          yes: inner('consequence'),
          no: inner('alternative'),
        },
      ]
    case 'else_clause':
      return partsOf(node).flatMap((each) => body(each, scope))
    case 'while_statement':
      return [loop(node, { test: expression(field(node, 'condition'), scope), body: inner('body') })]
    case 'do_statement':
      return [loop(node, { test: expression(field(node, 'condition'), scope), body: inner('body') })]
    case 'for_statement': {
      const [init, test, update] = [field(node, 'initializer'), field(node, 'condition'), field(node, 'increment')]
      const condition = test === null || test.type === 'empty_statement' ? {} : { test: expression(test, scope) }
      const steps = update === null ? [] : [expression(update, scope)]
      return [loop(node, { ...condition, init: init === null ? [] : statement(init, scope), update: steps, body: inner('body') })]
    }
    case 'for_in_statement': {
      const over = expression(field(node, 'right'), scope)
      return [loop(node, { over, body: inner('body') })]
    }
    case 'switch_statement':
      return [switchOf(node, scope)]
    case 'try_statement':
      return [
        {
          kind: 'try',
          ...at(node),
          body: inner('body'),
          handlers: handlers(field(node, 'handler'), scope),
          otherwise: [],
          last: last(node, scope),
        },
      ]
    case 'return_statement': {
      const [value] = partsOf(node)
      return [{ kind: 'return', ...at(node), ...(value === undefined ? {} : { value: expression(value, scope) }) }]
    }
    case 'throw_statement': {
      const [value] = partsOf(node)
      return [{ kind: 'throw', ...at(node), ...(value === undefined ? {} : { value: expression(value, scope) }) }]
    }
    case 'break_statement':
    case 'continue_statement': {
      const label = field(node, 'label')?.text
      return [{ kind: node.type === 'break_statement' ? 'break' : 'continue', ...at(node), ...(label === undefined ? {} : { label }) }]
    }
    case 'labeled_statement':
      return [{ kind: 'block', ...at(node), label: field(node, 'label')?.text ?? '', body: inner('body') }]
    case 'statement_block':
      return [{ kind: 'block', ...at(node), body: statements(partsOf(node), scope) }]
    case 'export_statement':
      addImport(node, scope.file)
      return partsOf(node).flatMap((each) => statement(each, scope))
    case 'import_statement':
      addImport(node, scope.file)
      return []
    case 'class_declaration':
    case 'abstract_class_declaration':
    case 'class':
      return classBody(node, scope)
    case 'interface_declaration':
    case 'type_alias_declaration':
    case 'enum_declaration':
      addShape(node, scope.file, (value) => expression(value, scope))
      return []
    case 'internal_module':
    case 'module':
    case 'ambient_declaration':
      return partsOf(node).flatMap((each) => body(each, scope))
    case 'identifier':
    case 'empty_statement':
    case 'export_clause':
    case 'string':
      return []
    default:
      if (DECLARATIONS.has(node.type)) {
        functionOf(node, scope)
        return []
      }
      return [expression(node, scope)]
  }
}

type LoopParts = Partial<{ init: Node[]; test: Node; over: Node; update: Node[]; body: Node[] }>

function loop(node: Syntax, parts: LoopParts): Node {
  const { test, ...others } = parts
  const forever = test?.kind === 'constant' && test.value === true
  return { kind: 'loop', ...at(node), init: [], update: [], body: [], ...others, ...(test === undefined || forever ? {} : { test }) }
}

function switchOf(node: Syntax, scope: Scope): Node {
  const cases = partsOf(field(node, 'body')).map((each) => {
    const value = field(each, 'value')
    const inner = partsOf(each).filter((part) => part.id !== value?.id)
    return { tests: value === null ? [] : [expression(value, scope)], body: statements(inner, scope) }
  })
  return { kind: 'switch', ...at(node), subject: expression(field(node, 'value'), scope), cases, falls: true, select: false }
}

function handlers(node: Syntax | null, scope: Scope): Handler[] {
  if (node === null) return []
  const name = field(node, 'parameter')?.text
  return [{ types: [], ...(name === undefined ? {} : { name }), body: body(field(node, 'body'), scope) }]
}

function last(node: Syntax, scope: Scope): Node[] {
  const finalizer = field(node, 'finalizer')
  return finalizer === null ? [] : body(field(finalizer, 'body'), scope)
}

function declarator(node: Syntax, scope: Scope): Node[] {
  const [target, value] = [field(node, 'name'), field(node, 'value')]
  if (target === null || value === null) return []
  addRequire(target, value, scope.file)
  return assigned(target, expression(value, { ...scope, naming: target.text }), scope, expression)
}

function classBody(node: Syntax, scope: Scope): Node[] {
  const name = field(node, 'name')?.text ?? scope.naming
  const own: Scope = { ...scope, owner: name, naming: '' }
  addShape(node, scope.file, (value) => expression(value, own))
  return partsOf(field(node, 'body')).flatMap((each): Node[] => {
    if (each.type === 'method_definition') {
      functionOf(
        each,
        own,
        decoratorsOf(each, (decorator) => expression(decorator, own)),
      )
      return []
    }
    const [target, value] = [field(each, 'name') ?? field(each, 'property'), field(each, 'value')]
    if (target === null || value === null) return partsOf(each).length > 0 && each.type === 'class_static_block' ? body(each, own) : []
    const place = at(each)
    const self: Node = { kind: 'name', ...place, name: 'this' }
    const to: Node = { kind: 'field', ...place, base: self, name: target.text }
    return [{ kind: 'assign', ...place, op: '=', target: to, value: expression(value, { ...own, naming: target.text }), declares: true }]
  })
}

function functionOf(node: Syntax, scope: Scope, decorators: readonly Node[] = []) {
  const name = field(node, 'name')?.text ?? scope.naming
  const own: Scope = { ...scope, naming: '', isMember: false }
  const params = partsOf(field(node, 'parameters')).flatMap((each) => paramsOf(each, own))
  const single = field(node, 'parameter')
  if (single !== null) params.push({ name: single.text, type: '' })
  const inner = field(node, 'body')
  const content: Node[] =
    inner === null || inner.type === 'statement_block'
      ? body(inner, own)
      : [{ kind: 'return', ...at(inner), value: expression(inner, own) }]
  const patterns = partsOf(field(node, 'parameters')).flatMap((each) => {
    const pattern = field(each, 'pattern') ?? each
    if (pattern.type !== 'object_pattern') return takenFrom(each)
    return assigned(pattern, { kind: 'name', ...at(pattern), name: `<parameter>` }, own, expression)
  })
  return declared(scope.file, node, {
    name,
    owner: scope.owner,
    params,
    body: [...patterns, ...content],
    isMember: scope.isMember === true,
    decorators,
  })
}

function paramsOf(node: Syntax, scope: Scope): Param[] {
  const pattern = field(node, 'pattern') ?? field(node, 'left') ?? node
  const type = field(node, 'type')?.text.replace(/^:\s*/, '') ?? ''
  const preset = field(node, 'value') ?? field(node, 'right')
  const more = preset === null ? {} : { preset: expression(preset, scope) }
  if (pattern.type === 'object_pattern') return [{ name: '<parameter>', type, ...more }]
  return [{ name: pattern.text, type, ...more }]
}

/** An expression; nothing at all is an empty `other`. */
function expression(node: Syntax | null, scope: Scope): Node {
  if (node === null) return { kind: 'other', line: 0, column: 0, children: [] }
  const place = at(node)
  const sub = (name: string): Node => expression(field(node, name), { ...scope, naming: '', isMember: false })
  if (WRAPPERS.has(node.type)) {
    const [first] = partsOf(node)
    return expression(first ?? null, scope)
  }
  if (FUNCTIONS.has(node.type)) return { kind: 'lambda', ...place, func: functionOf(node, scope) }
  switch (node.type) {
    case 'identifier':
    case 'this':
    case 'property_identifier':
    case 'private_property_identifier':
    case 'shorthand_property_identifier':
    case 'super':
      return { kind: 'name', ...place, name: node.text }
    case 'undefined':
    case 'null':
      return { kind: 'constant', ...place, value: null }
    case 'true':
    case 'false':
      return { kind: 'constant', ...place, value: node.type === 'true' }
    case 'number':
      return { kind: 'number', ...place, value: numberOf(node.text) ?? Number.NaN }
    case 'string':
      return { kind: 'text', ...place, value: unquoted(node.text.slice(1, -1)) }
    case 'template_string':
      return template(node, scope)
    case 'regex':
      return { kind: 'text', ...place, value: node.text }
    case 'member_expression':
      return { kind: 'field', ...place, base: sub('object'), name: field(node, 'property')?.text ?? '' }
    case 'subscript_expression': {
      const [base, index] = [sub('object'), sub('index')]
      return index.kind === 'text' ? { kind: 'field', ...place, base, name: index.value } : { kind: 'index', ...place, base, index }
    }
    case 'call_expression':
    case 'new_expression': {
      const callee = expression(field(node, 'function') ?? field(node, 'constructor'), { ...scope, naming: '' })
      const on = field(field(node, 'function') ?? node, 'object')
      const statement = on === null ? undefined : scope.prepared.get(on.text)
      const told: Argument[] = statement === undefined ? [] : [{ value: { kind: 'text', ...place, value: statement } }]
      const args = [...argumentsOf(field(node, 'arguments'), scope), ...told]
      return { kind: 'call', ...place, callee, args, isNew: node.type === 'new_expression' }
    }
    case 'object':
      return { kind: 'object', ...place, entries: partsOf(node).flatMap((each) => entry(each, scope)) }
    case 'array':
      return { kind: 'list', ...place, items: partsOf(node).map((each) => expression(each, { ...scope, naming: '' })) }
    case 'binary_expression':
      return { kind: 'binary', ...place, op: operatorOf(field(node, 'operator')?.text ?? ''), left: sub('left'), right: sub('right') }
    case 'unary_expression':
      return { kind: 'unary', ...place, op: operatorOf(field(node, 'operator')?.text ?? ''), operand: sub('argument') }
    case 'update_expression': {
      const one: Node = { kind: 'number', ...place, value: 1 }
      return { kind: 'assign', ...place, op: node.text.includes('--') ? '-=' : '+=', target: sub('argument'), value: one, declares: false }
    }
    case 'ternary_expression':
      return { kind: 'conditional', ...place, test: sub('condition'), yes: sub('consequence'), no: sub('alternative') }
    case 'assignment_expression': {
      const target = field(node, 'left')
      const value = expression(field(node, 'right'), { ...scope, naming: target?.text.split('.').at(-1) ?? '' })
      const [first, ...more] = target === null ? [] : assigned(target, value, scope, expression, false)
      return first === undefined ? value : more.length === 0 ? first : other(node, [first, ...more])
    }
    case 'augmented_assignment_expression':
      return {
        kind: 'assign',
        ...place,
        op: field(node, 'operator')?.text ?? '+=',
        target: sub('left'),
        value: sub('right'),
        declares: false,
      }
    case 'sequence_expression':
      return other(
        node,
        partsOf(node).map((each) => expression(each, scope)),
      )
    case 'class':
      return other(node, classBody(node, scope))
    case 'jsx_element':
    case 'jsx_self_closing_element':
      return markup(node, scope)
    case 'jsx_text':
      return { kind: 'text', ...place, value: node.text }
    default:
      return other(
        node,
        partsOf(node).map((each) => expression(each, { ...scope, naming: '' })),
      )
  }
}

function template(node: Syntax, scope: Scope): Node {
  const parts = partsOf(node).map((each): Node => {
    if (each.type === 'template_substitution') return expression(partsOf(each)[0] ?? null, scope)
    return { kind: 'text', ...at(each), value: unquoted(each.text) }
  })
  if (parts.every(({ kind }) => kind === 'text')) {
    return { kind: 'text', ...at(node), value: parts.map((part) => (part.kind === 'text' ? part.value : '')).join('') }
  }
  return { kind: 'template', ...at(node), parts }
}

function argumentsOf(node: Syntax | null, scope: Scope): Argument[] {
  if (node === null) return []
  if (node.type === 'template_string') return [{ value: template(node, scope) }]
  return partsOf(node).map((each) => ({ value: expression(each, { ...scope, naming: '' }) }))
}

function entry(node: Syntax, scope: Scope): Entry[] {
  if (node.type === 'spread_element') return [{ value: expression(partsOf(node)[0] ?? null, scope) }]
  if (node.type === 'shorthand_property_identifier') return [{ key: node.text, value: expression(node, scope) }]
  if (node.type === 'method_definition') {
    const name = field(node, 'name')?.text ?? ''
    return [{ key: name, value: { kind: 'lambda', ...at(node), func: functionOf(node, { ...scope, isMember: true }) } }]
  }
  const [key, value] = [field(node, 'key'), field(node, 'value')]
  if (key === null) return [{ value: other(node, []) }]
  const name = key.type === 'string' ? unquoted(key.text.slice(1, -1)) : key.text
  const what = expression(value, { ...scope, naming: name, isMember: true })
  if (key.type !== 'computed_property_name') return [{ key: name, value: what }]
  return [{ computed: expression(key, scope), value: what }]
}

function markup(node: Syntax, scope: Scope): Node {
  const head = node.type === 'jsx_element' ? (field(node, 'open_tag') ?? node) : node
  const attributes = partsOf(head).flatMap((each): Entry[] => {
    if (each.type === 'jsx_expression') return [{ value: expression(partsOf(each)[0] ?? null, scope) }]
    if (each.type !== 'jsx_attribute') return []
    const [key, value] = partsOf(each)
    const what = value?.type === 'jsx_expression' ? (partsOf(value)[0] ?? null) : (value ?? null)
    return [{ key: key?.text ?? '', value: expression(what, { ...scope, naming: key?.text ?? '' }) }]
  })
  const content = partsOf(node)
    .filter((each) => each.type !== 'jsx_opening_element' && each.type !== 'jsx_closing_element' && node.type === 'jsx_element')
    .map((each) => expression(each.type === 'jsx_expression' ? (partsOf(each)[0] ?? null) : each, scope))
  return { kind: 'markup', ...at(node), tag: field(head, 'name')?.text ?? '', attributes, content }
}
