/** The neutral form: what a program says, whatever language it says it in. Rules see this and nothing else. */
import type { Language } from '../parse/language.ts'

/** Where a node begins. Lines and columns count from 1. */
interface Base {
  readonly line: number
  readonly column: number
}

export interface Name extends Base {
  readonly kind: 'name'
  readonly name: string
}
/** `base.name`, and `base['name']` with a constant key. */
export interface Field extends Base {
  readonly kind: 'field'
  readonly base: Node
  readonly name: string
}
export interface Index extends Base {
  readonly kind: 'index'
  readonly base: Node
  readonly index: Node
}
export interface Text extends Base {
  readonly kind: 'text'
  readonly value: string
}
/** A string put together from parts: a template, an f-string. */
export interface Template extends Base {
  readonly kind: 'template'
  readonly parts: readonly Node[]
}
export interface Num extends Base {
  readonly kind: 'number'
  readonly value: number
}
/** true, false, and null for every word for nothing. */
export interface Constant extends Base {
  readonly kind: 'constant'
  readonly value: boolean | null
}
export interface Entry {
  /** Absent for a spread and for a computed key. */
  readonly key?: string
  readonly computed?: Node
  readonly value: Node
}
/** An object, a dict, a struct literal. */
export interface Obj extends Base {
  readonly kind: 'object'
  readonly entries: readonly Entry[]
  readonly type?: string
}
export interface List extends Base {
  readonly kind: 'list'
  readonly items: readonly Node[]
}
export interface Argument {
  readonly name?: string
  readonly value: Node
}
export interface Call extends Base {
  readonly kind: 'call'
  readonly callee: Node
  readonly args: readonly Argument[]
  readonly isNew: boolean
}
export interface Binary extends Base {
  readonly kind: 'binary'
  /** `==` also stands for `===` and `is`, `&&` and `||` for `and` and `or`; `in` and `not in` for membership, `instanceof` for types. */
  readonly op: string
  readonly left: Node
  readonly right: Node
}
export interface Unary extends Base {
  readonly kind: 'unary'
  readonly op: string
  readonly operand: Node
}
export interface Conditional extends Base {
  readonly kind: 'conditional'
  readonly test: Node
  readonly yes: Node
  readonly no: Node
}
export interface Assign extends Base {
  readonly kind: 'assign'
  /** `=`, `+=`, ... */
  readonly op: string
  readonly target: Node
  readonly value: Node
  readonly declares: boolean
}
export interface Lambda extends Base {
  readonly kind: 'lambda'
  readonly func: Func
}
/** Markup of JSX: the element and what stands in it. */
export interface Markup extends Base {
  readonly kind: 'markup'
  readonly tag: string
  readonly attributes: readonly Entry[]
  readonly content: readonly Node[]
}
export interface Other extends Base {
  readonly kind: 'other'
  readonly children: readonly Node[]
}
export interface If extends Base {
  readonly kind: 'if'
  readonly test: Node
  readonly yes: readonly Node[]
  readonly no: readonly Node[]
}
export interface Loop extends Base {
  readonly kind: 'loop'
  readonly init: readonly Node[]
  /** Absent when it runs for ever. */
  readonly test?: Node
  /** What a `for each` goes through. */
  readonly over?: Node
  readonly update: readonly Node[]
  readonly body: readonly Node[]
}
export interface Case {
  /** Empty for the default. */
  readonly tests: readonly Node[]
  readonly body: readonly Node[]
}
export interface Switch extends Base {
  readonly kind: 'switch'
  /** Absent for a switch whose cases are conditions, and for Go's `select`. */
  readonly subject?: Node
  readonly cases: readonly Case[]
  readonly falls: boolean
  /** A Go `select`: the cases are communications, any of them may come. */
  readonly select: boolean
}
export interface Handler {
  readonly types: readonly string[]
  readonly name?: string
  readonly body: readonly Node[]
}
export interface Try extends Base {
  readonly kind: 'try'
  readonly body: readonly Node[]
  readonly handlers: readonly Handler[]
  readonly otherwise: readonly Node[]
  readonly last: readonly Node[]
}
export interface Return extends Base {
  readonly kind: 'return'
  readonly value?: Node
}
export interface Throw extends Base {
  readonly kind: 'throw'
  readonly value?: Node
}
export interface Leave extends Base {
  readonly kind: 'break' | 'continue'
  readonly label?: string
}
export interface Block extends Base {
  readonly kind: 'block'
  readonly body: readonly Node[]
  readonly label?: string
}

export type Node =
  | Name
  | Field
  | Index
  | Text
  | Template
  | Num
  | Constant
  | Obj
  | List
  | Call
  | Binary
  | Unary
  | Conditional
  | Assign
  | Lambda
  | Markup
  | Other
  | If
  | Loop
  | Switch
  | Try
  | Return
  | Throw
  | Leave
  | Block

export interface Param {
  readonly name: string
  readonly type: string
  readonly preset?: Node
}

/** A function, a method, a lambda, or the code of a file outside of all of them (`<file>`). */
export interface Func extends Base {
  readonly name: string
  /** The class or receiver it belongs to. */
  readonly owner: string
  readonly params: readonly Param[]
  readonly body: readonly Node[]
  readonly decorators: readonly Node[]
  readonly endLine: number
  readonly file: SourceFile
  /** A member of an object that is written out: nobody calls it by its bare name. */
  readonly isMember: boolean
  /** All nodes in it, outside first: every rule goes through them, so they are put together once. */
  readonly nodes: readonly Node[]
}

export interface Member {
  readonly name: string
  readonly type: string
  /** The name on the wire or in the table, when the source says one. */
  readonly wire: string
  readonly preset?: Node
  readonly line: number
}

/** A class, a struct, an interface. */
export interface Shape extends Base {
  readonly name: string
  readonly bases: readonly string[]
  readonly members: readonly Member[]
  readonly file: SourceFile
}

export interface Import {
  readonly module: string
  /** Local name, and the name in the module; `*` for the module itself. */
  readonly names: readonly (readonly [local: string, remote: string])[]
  readonly line: number
}

export interface SourceFile {
  readonly path: string
  readonly language: Language
  readonly text: string
  readonly functions: Func[]
  readonly shapes: Shape[]
  readonly imports: Import[]
  /** Nodes that the grammar could not read. */
  readonly unread: number
}
